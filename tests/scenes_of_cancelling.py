"""Pages on which an order is cancelled, and on which one reaches a person."""

from collections.abc import Iterator

from shop.billing.declarations import proof_token
from shop.orders.cancel_links import cancel_token
from shop.orders.models import Order
from tests.contract_factories import make_declaration
from tests.factories import make_packed_order, make_user
from tests.registration.states import order_in
from tests.scene import SEND, Scene, fill, press


def cancelling() -> Iterator[Scene]:
    """Cancelling an order: by its buyer, by a link, and too late."""
    buyer, order = make_user(), order_in("need_human")
    Order.objects.filter(pk=order.pk).update(placed_by=buyer)
    path = f"/register/{order.order_hash}/cancel/"
    yield Scene("cancel", path, buyer)
    yield Scene("cancel-by-mail", path)
    yield Scene("cancel-mail-sent", path, act=press(SEND))
    yield Scene("cancel-by-link", f"{path}{cancel_token(order)}/")
    yield Scene("cancel-link-damaged", f"{path}damaged/", status=410)
    for situation in ("packing", "packed"):
        late = order_in(situation).order_hash
        yield Scene(f"cancel-late-{situation}", f"/register/{late}/cancel/")


def contact() -> Iterator[Scene]:
    """The ways to reach a person, and two of the legal pages."""
    yield Scene("contact", "/contact/")
    yield Scene("contact-errors", "/contact/", act=press(SEND))
    yield Scene("contact-sent", "/contact/?sent=1")
    yield Scene("accessibility", "/accessibility/")
    yield Scene("data-processing", "/data-processing/")
    yield Scene("find-asked", "/register/?asked=1")


def declaring() -> Iterator[Scene]:
    """Cancelling without signing in, the receipt, and the link that proves it."""
    typed = {"name": "Nina Nagel", "contract": "K7QM-3FZ2", "email": "nina@example.com"}
    yield Scene("cancel-contract", "/cancel-contract/")
    yield Scene("cancel-contract-errors", "/cancel-contract/", act=press(SEND))
    yield Scene("cancel-contract-receipt", "/cancel-contract/", act=fill(**typed))
    case = make_declaration(make_packed_order(), for_cause=True, reason="Nicht erreichbar.\n" * 3)
    address = f"/declarations/prove/{proof_token(case)}/"
    yield Scene("declaration-proof", address)
    yield Scene("declaration-proven", address, act=press(SEND))
    yield Scene("declaration-proof-used", address, status=410)
