"""`manage.py archive_orders`: in batches, killed at any moment, beside others, and back again."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.notifications.webhooks.models import Delivery
from shop.orders.archive_contents import rows_by_order
from shop.orders.archived_order import ArchivedOrder
from shop.orders.archiving import archive
from shop.orders.models import Order
from tests.factories import make_order
from tests.operations.archived import archive_all, make_cancelled_order, rows_of, settle_all

pytestmark = pytest.mark.django_db


def run(*arguments: str, name: str = "archive_orders") -> str:
    """The output of the command."""
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue().strip()


def make_old_orders(number: int) -> list[Order]:
    """Cancelled orders, last changed two days ago, and one under way."""
    orders = [make_cancelled_order(user_email=f"c{each}@example.com") for each in range(number)]
    make_order()
    settle_all()
    Order.objects.update(updated_at=timezone.now() - timedelta(days=2))
    return orders


def test_command_archives_in_batches_and_brings_all_back() -> None:
    orders = make_old_orders(5)
    before = [rows_of(order) for order in orders]
    day = str(timezone.localdate())
    assert run("--before", day, "--dry-run") == "5 orders would be archived."
    assert not ArchivedOrder.objects.exists()
    assert run("--before", day, "--batch", "2").startswith("5 orders archived (")
    assert (ArchivedOrder.objects.count(), Order.objects.count()) == (5, 1)
    assert run("--before", day).startswith("0 orders archived (")
    assert run("--restore-all", "--dry-run") == "5 orders would be brought back."
    assert run("--restore-all", "--batch", "2") == "5 orders are back."
    assert [rows_of(order) for order in orders] == before


def test_command_counts_one_order_as_one() -> None:
    make_old_orders(1)
    day = str(timezone.localdate())
    assert run("--before", day, "--dry-run") == "1 order would be archived."
    assert run("--before", day).startswith("1 order archived (")
    assert run("--restore-all", "--dry-run") == "1 order would be brought back."
    assert run("--restore-all") == "1 order is back."


def test_command_brings_one_order_back_by_its_number() -> None:
    order, _other = make_old_orders(2)
    archive_all()
    number = str(order.order_number)
    assert run("--restore", number, "--dry-run") == f"Order {number} would be brought back."
    assert run("--restore", number.lower().replace("-", " ")) == f"Order {number} is back."
    assert run("--restore", number) == f"Order {number} is not archived."
    assert ArchivedOrder.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--before", "yesterday"), "--before must be a day, such as 2026-03-31."),
        (("--before", "2026-02-30"), "--before must be a day, such as 2026-03-31."),
        (("--before", "2999-01-01"), "--before must not be in the future."),
        (("--before", "2026-01-01", "--batch", "0"), "--batch must be from 1 to 1000."),
        (("--restore", "0000-0000"), "There is no order 0000-0000."),
        (("--restore", "!"), "There is no order !."),
    ],
)
def test_command_says_in_one_sentence_what_is_wrong(
    arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert str(refused.value) == sentence


def test_order_that_is_needed_once_it_is_locked_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may need an order between the look for orders and the lock."""
    order, other = make_old_orders(2)
    monkeypatch.setattr("shop.orders.archiving.rows_by_order", needed_meanwhile(order))
    assert sum(archive(timezone.now())) == 1
    assert list(ArchivedOrder.objects.values_list("pk", flat=True)) == [other.pk]
    assert Order.objects.filter(pk=order.pk).exists()


def needed_meanwhile(order: Order) -> Any:
    def read(pks: list[int]) -> Any:
        Delivery.objects.create(order=order, receiver="partner.example:443", payload="{}")
        return rows_by_order(pks)

    return read


def test_batch_that_fails_leaves_all_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    orders = make_old_orders(3)
    before = [rows_of(order) for order in orders]

    def fail(*_given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shop.orders.archiving._delete", fail)
    with pytest.raises(KeyboardInterrupt):
        run("--before", str(timezone.localdate()))
    assert not ArchivedOrder.objects.exists()
    assert [rows_of(order) for order in orders] == before


def test_order_whose_rows_clash_with_others_stays_archived_whole() -> None:
    order, other = make_old_orders(2)
    delivery = Delivery.objects.create(
        order=order, receiver="partner.example:443", payload="{}", state="gone"
    )
    assert sum(archive(timezone.now())) == 2
    run("--restore", str(other.order_number))
    Delivery.objects.create(
        order=other, receiver="x.example:443", payload="{}", webhook_id=delivery.webhook_id
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        run("--restore", str(order.order_number))
    assert ArchivedOrder.objects.get().pk == order.pk
    assert not any(rows_of(order).values())


def test_webhook_of_an_archived_order_is_not_replayed_and_it_says_why() -> None:
    order = make_cancelled_order(redirection_uri="https://partner.example/hook")
    delivery = Delivery.objects.create(
        order=order, receiver="partner.example:443", payload="{}", state="delivered"
    )
    archive_all()
    with pytest.raises(CommandError) as refused:
        run("--id", delivery.webhook_id, name="replay_webhooks")
    assert str(refused.value) == (
        f"Webhook {delivery.webhook_id} is of order {order.order_number}, which is archived."
    )
