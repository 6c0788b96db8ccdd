"""A private person withdraws within fourteen days: nothing is to be paid, all that was is paid back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone
from pytest_django import Settings

from shop.billing.balances import balance_of
from shop.billing.contract_withdrawal import (
    PayBack,
    can_withdraw,
    last_day_to_withdraw,
    to_pay_back,
    withdraw,
)
from shop.billing.declarations import prove
from shop.billing.issuing import issue_due
from shop.billing.ledger import Refund
from shop.billing.models import Subscription
from shop.billing.payments import enter_payment
from shop.billing.signals import subscription_ended, subscription_event
from shop.orders.models import Order, OrderEvent
from tests.billing.runs import beat
from tests.contract_factories import make_declaration
from tests.factories import (
    BILLING,
    bystander,
    make_invoice,
    make_order,
    make_packed_order,
    make_seller,
    make_staff,
    make_subscription,
)
from tests.signals import heard

pytestmark = pytest.mark.django_db
PRIVATE: dict[str, Any] = {
    **{name: BILLING[name] for name in ("name", "street", "postal_code", "city", "country")},
    "customer_type": "private",
}


@pytest.fixture(autouse=True)
def sells_to_everyone(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"


def private_contract() -> Subscription:
    order = make_packed_order(billing=PRIVATE)
    Subscription.objects.update(released_at=timezone.now())
    return Subscription.objects.select_related("order", "client").get(order=order)


def placed_at(order: Order, moment: datetime) -> None:
    OrderEvent.objects.filter(order=order).update(at=moment)


def values(row: Model) -> dict[str, Any]:
    return type(row)._default_manager.filter(pk=row.pk).values().get()


@pytest.mark.parametrize(
    ("placed", "last_moment"),
    [
        # To the end of the 14th day after the order day, in the shop's zone.
        (datetime(2026, 1, 31, 22, 59, tzinfo=UTC), datetime(2026, 2, 14, 22, 59, tzinfo=UTC)),
        (datetime(2026, 1, 31, 23, 0, tzinfo=UTC), datetime(2026, 2, 15, 22, 59, tzinfo=UTC)),
        (datetime(2028, 2, 15, 12, 0, tzinfo=UTC), datetime(2028, 2, 29, 22, 59, tzinfo=UTC)),
        (datetime(2026, 3, 20, 12, 0, tzinfo=UTC), datetime(2026, 4, 3, 21, 59, tzinfo=UTC)),
        (datetime(2026, 10, 20, 12, 0, tzinfo=UTC), datetime(2026, 11, 3, 22, 59, tzinfo=UTC)),
    ],
)
def test_order_can_be_withdrawn_from_to_the_end_of_the_14th_day(
    placed: datetime, last_moment: datetime
) -> None:
    order = make_order(billing=PRIVATE)
    placed_at(order, placed)
    minute = timedelta(minutes=1)
    assert last_day_to_withdraw(order) == timezone.localdate(last_moment)
    assert can_withdraw(order, last_moment)
    assert not can_withdraw(order, last_moment + minute)


def test_day_of_an_open_order_is_that_on_which_it_was_placed() -> None:
    order = make_order(billing=PRIVATE)
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=20))
    order.refresh_from_db()
    assert last_day_to_withdraw(order) == timezone.localdate() + timedelta(days=14)


def test_only_private_persons_withdraw_and_only_where_they_may_buy(settings: Settings) -> None:
    now = timezone.now()
    assert can_withdraw(make_order(billing=PRIVATE), now)
    assert not can_withdraw(make_order(), now)
    assert not can_withdraw(make_order(billing=BILLING), now)
    settings.CUSTOMERS = "businesses"
    order = Order.objects.order_by("pk").first()
    assert order is not None
    assert not can_withdraw(order, now)


def test_client_that_is_a_private_person_can_withdraw_from_a_further_order() -> None:
    subscription = make_subscription(billing={**PRIVATE, "company": ""})
    assert subscription.order.billing is None
    assert can_withdraw(subscription.order, timezone.now())


def test_company_cannot_become_a_private_person_to_withdraw() -> None:
    order = make_packed_order(billing=BILLING)
    profile = order.delivered_client.billing_profile  # type: ignore[union-attr]
    profile.customer_type = "private"
    profile.save()
    assert not can_withdraw(order, timezone.now())


def test_withdrawal_credits_everything_and_ends_the_contract_at_once() -> None:
    make_seller()
    subscription, today = private_contract(), timezone.localdate()
    invoice = make_invoice(subscription)
    with bystander(), heard(subscription_event) as told, heard(subscription_ended) as ended:
        assert withdraw(subscription.order)
        assert not withdraw(subscription.order)
    assert [each["event"].kind for each in told] == ["withdrawn", "ended"]
    assert [each["subscription"] for each in ended] == [subscription]
    subscription.refresh_from_db()
    assert (subscription.state, subscription.ends_on) == ("ended", today)
    assert (subscription.cancelled_at, subscription.next_period_on) == (
        subscription.withdrawn_at,
        None,
    )
    assert balance_of(invoice).state == "cancelled"
    note = subscription.invoices.get(kind="credit_note")
    assert (note.gross_cents, note.reason) == (invoice.gross_cents, "Widerruf des Vertrags")
    assert not Refund.objects.exists()


def test_what_was_paid_is_to_be_paid_back() -> None:
    make_seller()
    subscription, staff = private_contract(), make_staff()
    invoice = make_invoice(subscription)
    day = timezone.localdate()
    enter_payment(invoice, staff, amount_cents=1000, paid_on=day, currency="EUR")
    assert to_pay_back(subscription) == PayBack(invoice.gross_cents, 1000)
    assert withdraw(subscription.order, by=staff)
    assert Refund.objects.get().amount_cents == 1000
    note = subscription.invoices.get(kind="credit_note")
    assert (note.issued_by, note.reason) == (staff, "Widerruf des Vertrags")
    assert [each.actor for each in subscription.events.all()] == [staff, staff]


def test_contract_that_is_not_invoiced_yet_never_is() -> None:
    make_seller()
    subscription = private_contract()
    assert subscription.next_period_on == timezone.localdate()
    withdraw(subscription.order)
    issue_due(beat)
    assert not subscription.invoices.exists()


def test_withdrawal_is_proven_by_link_and_counts_from_its_declaration() -> None:
    make_seller()
    subscription = private_contract()
    address = str(subscription.order.user_email)
    case = make_declaration(subscription.order, kind="withdrawal", email=address.upper())
    assert (case.state, case.order) == ("proof", subscription.order)
    # It is proven three weeks later.
    placed_at(subscription.order, timezone.now() - timedelta(days=14))
    assert prove(case)
    subscription.refresh_from_db()
    assert subscription.withdrawn_at == case.declaration.received_at
    kinds = [(each.kind, each.details) for each in subscription.events.all()]
    assert kinds == [("withdrawn", {"declaration": case.pk}), ("ended", {})]


def test_withdrawal_that_is_too_late_is_for_staff() -> None:
    subscription = private_contract()
    order = subscription.order
    placed_at(order, timezone.now() - timedelta(days=15))
    before = values(subscription)
    case = make_declaration(order, kind="withdrawal", email=str(order.user_email))
    assert (case.state, case.order) == ("staff", order)
    assert not withdraw(order, declaration=case.declaration)
    assert values(subscription) == before


def test_withdrawal_with_another_address_is_for_staff() -> None:
    order = private_contract().order
    case = make_declaration(order, kind="withdrawal", email="stranger@example.com")
    assert (case.state, case.order) == ("staff", None)


def test_order_that_is_not_packed_is_cancelled() -> None:
    order = make_order(billing=PRIVATE)
    assert withdraw(order)
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert not withdraw(order)


def test_contract_that_has_ended_cannot_be_withdrawn_from() -> None:
    subscription = private_contract()
    Subscription.objects.filter(pk=subscription.pk).update(ended_at=timezone.now())
    before = values(subscription)
    assert not withdraw(subscription.order)
    assert values(subscription) == before
