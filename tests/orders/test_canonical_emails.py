"""Orders that the version before writes during an update, without their canonical address."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from shop.orders.canonical_emails import fill_new_orders
from shop.orders.models import Order
from tests.factories import make_order

pytestmark = pytest.mark.django_db

OTHER = "mia@example.com"


def written_before(email: str | None, canonical: str | None) -> Order:
    """An order whose address was written without the canonical one."""
    order = make_order(user_email="anna@example.com")
    written = {"user_email": email, "canonical_email": canonical}
    Order.objects.filter(pk=order.pk).update(**written, updated_at=timezone.now())
    return order


def canonical_of(order: Order) -> str | None:
    fill_new_orders(lambda: None)
    order.refresh_from_db()
    return order.canonical_email


@pytest.mark.parametrize(
    ("email", "canonical"),
    [("Anna@Example.com", "anna@example.com"), ("a@bücher.com", "a@xn--bcher-kva.com")],
)
def test_new_order_gets_its_canonical_address(email: str, canonical: str) -> None:
    assert canonical_of(written_before(email, None)) == canonical


def test_corrected_order_is_no_longer_found_by_the_old_address() -> None:
    order, bystander = written_before(OTHER, "anna@example.com"), make_order(user_email=OTHER)
    assert canonical_of(order) == OTHER
    assert canonical_of(bystander) == OTHER


def test_erased_order_keeps_no_address() -> None:
    order, bystander = written_before(None, OTHER), make_order(user_email=OTHER)
    assert canonical_of(order) is None
    assert canonical_of(bystander) == OTHER


def test_order_that_nobody_has_changed_lately_is_not_looked_at() -> None:
    order = written_before(OTHER, "anna@example.com")
    Order.objects.update(updated_at=F("updated_at") - timedelta(hours=3))
    assert canonical_of(order) == "anna@example.com"
