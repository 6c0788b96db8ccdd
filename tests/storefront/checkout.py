"""What the tests of the checkout share."""

from shop.orders.models import Order, State
from tests.factories import DETAILS
from tests.pages import Response, at_checkout

UNKNOWN_CODE = "We don't recognise this code, or it isn't valid (any more) for S."


def send(language: str = "en", product: str = "s", **changes: str) -> Response:
    """Choose a tier, fill in the form with `changes`, press the button."""
    browser, form = at_checkout(product, language=language)
    return browser.post("/checkout/", {**form, **DETAILS, **changes})


def placed() -> Order:
    """The one order that was placed."""
    return Order.objects.exclude(state=State.NEW).get()
