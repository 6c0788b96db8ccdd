"""Steps of packing that end in a mail."""

from shop.orders.models import Order
from shop.packing.outcomes import NeedsCorrection


def ask_for_another_name(order: Order) -> None:
    raise NeedsCorrection(
        "name_taken", customer="Please choose another name.", members=["project_name"]
    )
