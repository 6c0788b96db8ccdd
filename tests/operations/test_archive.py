"""Archived orders leave their tables, and come back exactly as they were."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.backoffice.models import BulkItem, BulkJob, Export, ExportFile
from shop.billing.models import Subscription
from shop.billing.payments import enter_payment
from shop.content.models import Version
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.archive_tables import tables
from shop.orders.archived_order import ArchivedKey, ArchivedOrder
from shop.orders.archiving import archivable, bring_back
from shop.orders.consent import Consent
from shop.orders.mentions import mention
from shop.orders.models import Basket, Order, OrderEvent
from shop.orders.order_counts import placed_by_state
from shop.orders.placing import Caller
from shop.packing.models import AttemptRecord
from shop.tenancy.models import Invitation
from tests.contract_factories import make_declaration, make_run
from tests.factories import (
    make_application,
    make_invoice,
    make_order,
    make_packed_order,
    make_profile,
    make_project,
    make_staff,
    pack_all,
)
from tests.operations.archived import (
    archive_all,
    make_cancelled_order,
    make_finished_order,
    rows_of,
    settle_all,
)

pytestmark = pytest.mark.django_db
METADATA = {"Größe": "ein „Paket“", "at": "2026-01-01"}


def with_subscription() -> Order:
    return make_finished_order(reference="PO-1", metadata=METADATA)


def of_a_member() -> Order:
    """An order that adds a member to a project: it begins no subscription."""
    project = make_project()
    known: dict[str, Any] = {"client_id": project.client_id, "project_id": project.pk}
    order = make_order(
        **known,
        client_name=None,
        project_name=None,
        client_admin=project.client.client_admin,
    )
    pack_all()
    settle_all()
    order.refresh_from_db()
    return order


def with_webhooks_and_notes() -> Order:
    caller = Caller(application=make_application())
    order = make_packed_order(caller=caller, redirection_uri="https://partner.example/hook")
    delivery = order.deliveries.first()
    assert delivery is not None
    Attempt.objects.create(delivery=delivery, at=timezone.now(), status=500, answer="no")
    note = order.events.create(kind=OrderEvent.Kind.NOTE, note="Ask nina@example.com.")
    mention(note, [make_staff()])
    AttemptRecord.objects.create(order=order, number=1, outcome="done", alone=True)
    job = BulkJob.objects.create(
        action="note", actor=make_staff(), reason="x", finished_at=timezone.now()
    )
    BulkItem.objects.create(job=job, order=order, outcome=BulkItem.Outcome.DONE)
    settle_all()
    return order


def with_an_invoice() -> Order:
    invoice = make_invoice()
    enter_payment(
        invoice,
        make_staff(),
        amount_cents=invoice.gross_cents,
        currency=invoice.currency,
        paid_on=timezone.localdate(),
    )
    invoice.dispatch.__class__.objects.update(next_attempt_at=None)
    settle_all()
    return invoice.subscription.order


KINDS = [
    with_subscription, make_cancelled_order, of_a_member, with_webhooks_and_notes, with_an_invoice,
]  # fmt: skip


@pytest.mark.parametrize("make", KINDS)
def test_order_that_comes_back_is_as_it_was(make: Callable[[], Order]) -> None:
    order = make()
    before = rows_of(order)
    assert before["words"]
    assert archive_all() == 1
    assert not any(rows_of(order).values())
    archived = ArchivedOrder.objects.get()
    assert (archived.pk, archived.order_number) == (order.pk, order.order_number)
    assert bring_back([order.pk]) == 1
    assert rows_of(order) == before
    assert not ArchivedOrder.objects.exists()
    assert not ArchivedKey.objects.exists()
    # Once more changes nothing.
    assert bring_back([order.pk]) == 0
    assert rows_of(order) == before


def test_every_table_is_filled_by_these_orders() -> None:
    filled = {label for make in KINDS for label, rows in rows_of(make()).items() if rows}
    empty = {"orders.consent", "orders.basket"}  # of orders from the checkout
    assert set(rows_of(Order())) - filled == empty


def test_order_from_the_checkout_keeps_basket_and_consent() -> None:
    order = make_finished_order()
    terms = Version.objects.first()
    assert terms is not None
    Basket.objects.create(order=order, document={"product": "s"}, attributes=None)
    Consent.objects.create(order=order, terms=terms)
    before = rows_of(order)
    assert archive_all() == 1
    bring_back([order.pk])
    assert rows_of(order) == before


def keep_subscription(order: Order) -> None:
    Subscription.objects.filter(order=order).update(ended_at=None)


def never_begun(order: Order) -> None:
    Subscription.objects.filter(order=order).delete()


def wait_with_a_mail(order: Order) -> None:
    Message.objects.filter(order=order).update(state=Message.State.WAITING)


def wait_with_a_webhook(order: Order) -> None:
    Delivery.objects.create(
        order=order, receiver="partner.example:443", payload="{}", application=order.application
    )


def leave_unjoined(_order: Order) -> None:
    Invitation.objects.update(used_at=None)


def declare(order: Order) -> None:
    make_declaration(order)
    settle_all()


def run_steps(order: Order) -> None:
    make_run(order.subscription)


def begin_bulk_action(order: Order) -> None:
    job = BulkJob.objects.create(action="note", actor=make_staff(), reason="x")
    BulkItem.objects.create(job=job, order=order)


def begin_export(_order: Order) -> None:
    ExportFile.objects.create(export=Export.objects.create(format="csv"))


def follow_up(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(follow_up_on=timezone.localdate())


def be_unreachable(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(unreachable_since=timezone.now())


def owe(order: Order) -> None:
    make_invoice(order.subscription).dispatch.__class__.objects.update(next_attempt_at=None)
    settle_all()


@pytest.mark.parametrize(
    "need",
    [
        keep_subscription, never_begun, wait_with_a_mail, wait_with_a_webhook, leave_unjoined,
        declare, run_steps, begin_bulk_action, begin_export, follow_up, be_unreachable, owe,
    ],
)  # fmt: skip
def test_order_that_somebody_needs_stays(need: Callable[[Order], None]) -> None:
    order = make_finished_order()
    assert order.delivered_client is not None
    make_profile(order.delivered_client)
    tomorrow = timezone.now() + timedelta(days=1)
    assert archivable(tomorrow).count() == 1
    need(order)
    assert archive_all() == 0
    assert Order.objects.filter(pk=order.pk).exists()


def test_order_that_changed_since_stays() -> None:
    order = make_finished_order()
    assert archivable(order.updated_at).count() == 0
    assert archivable(order.updated_at + timedelta(seconds=1)).count() == 1


def test_order_under_way_stays() -> None:
    make_order()
    settle_all()
    assert archive_all() == 0


def test_number_of_an_archived_order_is_never_given_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    order = make_cancelled_order()
    archive_all()
    for name in ("order_hash", "order_number"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.create(**{name: getattr(order, name)})
    drawn = iter([order.order_number, order.order_number, "0000-0001"])
    field = Order._meta.get_field("order_number")
    monkeypatch.setattr(field, "_get_default", lambda: next(drawn))
    assert make_order().order_number == "0000-0001"


def test_subscription_leads_to_the_archived_order() -> None:
    order = make_finished_order(reference="PO-1")
    subscription = Subscription.objects.get()
    archive_all()
    for found in (
        Subscription.objects.get(),
        Subscription.objects.select_related("order").get(),
        Subscription.objects.prefetch_related("order").get(),
    ):
        assert found.order.order_number == order.order_number
        assert found.order.reference == "PO-1"
        assert found.order.subscription == subscription
        assert [event.state for event in found.order.events.all()] == [
            "pending", "packing", "packed",
        ]  # fmt: skip
    assert Subscription.objects.get().tier_name == order.tier_name


def test_numbers_by_state_do_not_jump() -> None:
    make_finished_order()
    make_cancelled_order(user_email="other@example.com")
    before = placed_by_state()
    assert {state: number for state, number in before.items() if number} == {
        "packed": 1, "cancelled": 1,
    }  # fmt: skip
    assert archive_all() == 2
    assert {state: number for state, number in placed_by_state().items() if number} == {
        "packed": 1, "cancelled": 1,
    }  # fmt: skip


def test_reference_that_is_gone_is_emptied_and_its_rows_are_left_out() -> None:
    order = with_webhooks_and_notes()
    archive_all()
    BulkJob.objects.all().delete()
    Invitation.objects.all().delete()
    bring_back([order.pk])
    order.refresh_from_db()
    assert order.invitation is None
    assert not order.bulk_items.exists()
    assert order.deliveries.exists()


@pytest.mark.parametrize("label", ["webhooks.delivery", "webhooks.attempt"])
def test_rows_with_two_ways_to_an_order_are_looked_up_by_indexes(label: str) -> None:
    (table,) = (each for each in tables() if each.label == label)
    if connection.vendor == "postgresql":
        # With few rows, reading all of them is cheapest; bitmap scans need a condition of an index.
        with connection.cursor() as cursor:
            for way in ("seqscan", "indexscan", "indexonlyscan", "mergejoin", "hashjoin"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    plan = table.rows_of([1, 2]).explain()
    assert "Filter" not in plan  # PostgreSQL: of all rows
    assert "Seq Scan" not in plan
    assert f"SCAN {table.model._meta.db_table}" not in plan  # SQLite
