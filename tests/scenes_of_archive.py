"""Pages of archived orders, for `tests/scenes.py`."""

from collections.abc import Iterator

from tests.factories import make_staff
from tests.operations.archived import archive_all, make_cancelled_order, make_finished_order
from tests.operations.test_archive import with_an_invoice
from tests.scene import SEND, Scene, press


def archived() -> Iterator[Scene]:
    """Archived orders as customers and staff see them, and the way back."""
    staff, viewer = make_staff(), make_staff("viewer")
    packed = make_finished_order(user_email="uta@example.com")
    cancelled, billed = make_cancelled_order(), with_an_invoice()
    archive_all()
    yield Scene("order-archived-packed", f"/register/{packed.order_hash}/")
    yield Scene("order-archived-cancelled", f"/register/{cancelled.order_hash}/")
    address = f"/staff/orders/{billed.pk}/"
    yield Scene("staff-order-archived", address, staff)
    yield Scene("staff-order-archived-cancelled", f"/staff/orders/{cancelled.pk}/", viewer)
    yield Scene("staff-search-archived", "/staff/search/?q=uta@example.com", staff)
    yield Scene("staff-bring-back", f"{address}bring-back/", staff)
    yield Scene("staff-brought-back", f"{address}bring-back/", staff, act=press(SEND))
    yield Scene("staff-brought-back-again", f"{address}bring-back/", staff)
