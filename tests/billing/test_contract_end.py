"""A contract ends the day after its last one: nothing after it is charged, nothing before it is lost."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from shop.billing.balances import balance_of
from shop.billing.contract_cancellation import cancel_contract, take_back
from shop.billing.contract_end import end, end_due, end_now, remind_of_ends, still_needed
from shop.billing.credit_notes import credit
from shop.billing.issuing import issue_all
from shop.billing.ledger import Refund
from shop.billing.models import Subscription
from shop.billing.payments import enter_payment
from shop.billing.signals import contract_ends_soon, subscription_ended, subscription_event
from tests.billing.contracts import documents, paid_until
from tests.billing.runs import beat, begun_on, issue_on
from tests.factories import make_invoice, make_profile, make_seller, make_staff, make_subscription
from tests.signals import heard

pytestmark = pytest.mark.django_db
START, LAST = date(2026, 1, 1), date(2026, 1, 31)


def cancelled(ends_on: date, **fields: Any) -> Subscription:
    """A subscription of 4900 cents a month from 2026-01-01 on that is cancelled."""
    subscription = begun_on(START, **fields)
    cancel_contract(subscription, by=None, ends_on=ends_on)
    subscription.refresh_from_db()
    return subscription


def test_contract_ends_after_its_last_day() -> None:
    subscription, other = paid_until(LAST), paid_until(LAST)
    cancel_contract(subscription, by=None, ends_on=LAST)
    assert not end(subscription.pk, LAST)
    with heard(subscription_ended) as ended, heard(subscription_event) as told:
        assert end(subscription.pk, LAST + timedelta(days=1))
        assert not end(subscription.pk, LAST + timedelta(days=1))
    subscription.refresh_from_db()
    assert (subscription.state, subscription.next_period_on) == ("ended", None)
    assert [each["subscription"] for each in ended] == [subscription]
    assert [each["event"].kind for each in told] == ["ended"]
    assert documents(subscription) == [("invoice", START, LAST, 4900)]
    other.refresh_from_db()
    assert (other.state, other.next_period_on) == ("active", date(2026, 2, 1))


def test_worker_ends_what_is_due_with_one_statement_where_nothing_is() -> None:
    subscription = cancelled(timezone.localdate())
    end_due(beat)
    with CaptureQueriesContext(connection) as queries:
        end_due(beat)
    assert len(queries) == 1
    subscription.refresh_from_db()
    assert subscription.state == "cancelled"
    yesterday = timezone.localdate() - timedelta(days=1)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=yesterday)
    end_due(beat)
    subscription.refresh_from_db()
    assert subscription.state == "ended"


def test_contract_that_was_cancelled_never_pays_for_a_later_period() -> None:
    make_seller()
    subscription = cancelled(LAST)
    (invoice,) = issue_on(date(2026, 3, 5), subscription)
    assert (invoice.period_start, invoice.period_end) == (START, LAST)
    end(subscription.pk, date(2026, 3, 5))
    assert len(issue_on(date(2027, 1, 1), subscription)) == 1


def test_rest_of_a_paid_period_is_credited_and_is_to_be_paid_back() -> None:
    subscription = paid_until(LAST)
    (invoice,) = subscription.invoices.all()
    enter_payment(
        invoice,
        make_staff(),
        amount_cents=invoice.gross_cents,
        paid_on=timezone.localdate(),
        currency="EUR",
    )
    cancel_contract(subscription, by=None, ends_on=date(2026, 1, 20))
    assert len(documents(subscription)) == 1
    end(subscription.pk, date(2026, 1, 21))
    rest = 1739  # 4900 x 11 / 31 = 1738.7
    assert documents(subscription) == [
        ("invoice", START, LAST, 4900),
        ("credit_note", date(2026, 1, 21), LAST, rest),
    ]
    note = subscription.invoices.get(kind="credit_note")
    assert (note.reason, note.issued_by) == ("Der Vertrag endete am 20.01.2026.", None)
    assert note.document["lines"][0]["period_start"] == "2026-01-21"
    assert Refund.objects.get().amount_cents == note.gross_cents


def test_periods_invoiced_after_the_end_are_credited_wholly() -> None:
    """The proof of a declaration came late."""
    make_seller()
    subscription = begun_on(START)
    issue_on(date(2026, 3, 1), subscription)
    cancel_contract(subscription, by=None, ends_on=date(2026, 1, 30))
    with heard(subscription_ended):
        end_due(beat)
    assert documents(subscription)[3:] == [
        ("credit_note", LAST, LAST, 158),  # 4900 / 31 = 158.06
        ("credit_note", date(2026, 2, 1), date(2026, 2, 28), 4900),
        ("credit_note", date(2026, 3, 1), date(2026, 3, 31), 4900),
    ]
    states = [balance_of(each).state for each in subscription.invoices.filter(kind="invoice")]
    assert states.count("cancelled") == 2


def test_no_more_is_credited_than_staff_have_left() -> None:
    subscription = paid_until(LAST)
    (invoice,) = subscription.invoices.all()
    credit(invoice, make_staff(), reason="Sorry.", net_cents=4000)
    cancel_contract(subscription, by=None, ends_on=date(2026, 1, 10))
    end(subscription.pk, date(2026, 1, 11))
    assert [net for *_rest, net in documents(subscription)] == [4900, 4000, 900]


def test_what_waited_for_data_is_invoiced_after_the_end_and_no_day_beyond_it() -> None:
    make_seller()
    subscription = cancelled(date(2026, 2, 14), billing=None)
    assert issue_on(date(2026, 2, 10), subscription) == []
    end(subscription.pk, date(2026, 2, 15))
    subscription.refresh_from_db()
    assert (subscription.state, subscription.next_period_on) == ("ended", START)
    assert (subscription.waits_for, still_needed(subscription.client)) == (
        "billing",
        ["export", "owed"],
    )
    make_profile(subscription.client)
    issue_all([subscription.pk], date(2026, 5, 20), beat)
    assert documents(subscription) == [
        ("invoice", START, LAST, 4900),
        ("invoice", date(2026, 2, 1), date(2026, 2, 28), 4900),
        ("credit_note", date(2026, 2, 15), date(2026, 2, 28), 2450),
    ]
    subscription.refresh_from_db()
    assert subscription.next_period_on is None


def test_contract_that_nobody_has_joined_ends_without_an_invoice() -> None:
    make_seller()
    subscription = cancelled(LAST)
    order = subscription.order
    order.application = None
    order.save()
    assert issue_on(START, subscription) == []
    subscription.refresh_from_db()
    assert subscription.waits_for == "member"
    end(subscription.pk, date(2026, 2, 1))
    assert issue_on(date(2026, 2, 1), subscription) == []
    subscription.refresh_from_db()
    assert (subscription.next_period_on, subscription.waits_for) == (None, "")


def test_staff_end_a_contract_today_and_what_is_owed_stays_owed() -> None:
    today, staff = timezone.localdate(), make_staff()
    subscription = make_subscription()
    invoice = make_invoice(subscription)
    assert end_now(subscription, staff, "Not paid for months.")
    subscription.refresh_from_db()
    assert (subscription.ends_on, subscription.cancelled_by) == (today, staff)
    assert subscription.events.get().details["reason"] == "Not paid for months."
    assert not take_back(subscription, subscription.client.client_admin)
    end(subscription.pk, today + timedelta(days=1))
    assert balance_of(invoice).state == "open"
    assert 0 < balance_of(invoice).open_cents < invoice.gross_cents
    assert not end_now(subscription, staff, "Again.")


def reminders(settings: Settings, subscription: Subscription, left: int) -> list[int]:
    """The days that are told, each hour of the day, while `left` days are left."""
    ends_on = timezone.localdate() + timedelta(days=left)
    Subscription.objects.filter(pk=subscription.pk).update(ends_on=ends_on)
    with heard(contract_ends_soon) as told:
        remind_of_ends(beat)
        remind_of_ends(beat)
    assert {each["subscription"] for each in told} <= {subscription}
    return [each["days"] for each in told]


def test_end_is_told_two_weeks_and_a_day_before_once_each(settings: Settings) -> None:
    subscription, bystander = make_subscription(), make_subscription()
    declared_at = timezone.now() - timedelta(days=90)
    cancel_contract(subscription, by=None, declared_at=declared_at)
    told = {left: reminders(settings, subscription, left) for left in range(16, -1, -1)}
    assert {left: days for left, days in told.items() if days} == {14: [14], 1: [1]}
    bystander.refresh_from_db()
    assert bystander.end_told_days is None


def test_end_is_told_late_where_the_worker_was_away(settings: Settings) -> None:
    subscription = make_subscription()
    declared_at = timezone.now() - timedelta(days=90)
    cancel_contract(subscription, by=None, declared_at=declared_at)
    assert reminders(settings, subscription, 9) == [9]
    assert reminders(settings, subscription, 8) == []


def test_cancelling_shortly_before_the_end_has_told_it(settings: Settings) -> None:
    subscription = make_subscription()
    cancel_contract(subscription, by=None)
    told = {left: reminders(settings, subscription, left) for left in (10, 2, 1)}
    assert told == {10: [], 2: [], 1: [1]}


def test_end_is_told_again_once_it_was_taken_back_and_declared_anew(settings: Settings) -> None:
    subscription = make_subscription()
    admin = subscription.client.client_admin
    declared_at = timezone.now() - timedelta(days=90)
    cancel_contract(subscription, by=admin, declared_at=declared_at)
    assert reminders(settings, subscription, 14) == [14]
    take_back(subscription, admin)
    cancel_contract(subscription, by=admin, declared_at=declared_at)
    assert reminders(settings, subscription, 14) == [14]


def test_client_needs_its_admin_while_a_contract_runs_is_exported_or_owed() -> None:
    subscription, today = paid_until(LAST), timezone.localdate()
    client, project = subscription.client, subscription.project
    assert still_needed(client) == ["running", "owed"]
    cancel_contract(subscription, by=None, ends_on=LAST)
    end_due(beat)
    assert still_needed(client) == ["export", "owed"]
    (invoice,) = subscription.invoices.all()
    enter_payment(
        invoice, make_staff(), amount_cents=invoice.gross_cents, paid_on=today, currency="EUR"
    )
    assert still_needed(client) == ["export"]
    project.closed_at, project.export_until = timezone.now(), today
    project.save()
    assert still_needed(client) == ["export"]
    project.export_until = today - timedelta(days=1)
    project.save()
    assert still_needed(client) == []
