"""Reminders of overdue invoices, level by level, and what staff decide after the third."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from shop.billing.bank_statements import import_statement, set_aside, unassigned
from shop.billing.credit_notes import credit
from shop.billing.models import Invoice, InvoiceDispatch
from shop.billing.overdue_cases import (
    close_for_members,
    exempt,
    open_cases,
    reopen,
    wait,
)
from shop.billing.payments import enter_payment
from shop.billing.reminder_rows import OverdueCase, Reminder, ReminderText
from shop.billing.reminders import next_reminders, remind_due, remind_on
from shop.billing.signals import reminder_due
from shop.tenancy.models import Client
from shop.tenancy.signals import client_closed, client_reopened
from tests.billing.runs import beat
from tests.billing.statements import camt, euros
from tests.factories import make_invoice, make_seller, make_staff
from tests.signals import heard

pytestmark = pytest.mark.django_db


def due_on() -> date:
    return timezone.localdate() - timedelta(days=100)


def mailed_invoice(**fields: Any) -> Invoice:
    """An invoice that was mailed, and due 100 days ago."""
    invoice = make_invoice(due_on=due_on(), **fields)
    InvoiceDispatch.objects.filter(invoice=invoice).update(filed_at=timezone.now())
    return invoice


def next_on(days: int) -> list[tuple[str, int]]:
    day = due_on() + timedelta(days=days)
    return [(each.invoice.number, each.level) for each in next_reminders(day)]


def run_after(days: int) -> list[tuple[str, int]]:
    """The reminders that a run some days after due has written; a second run writes none."""
    before = set(Reminder.objects.values_list("pk", flat=True))
    day = due_on() + timedelta(days=days)
    remind_on(day, beat)
    remind_on(day, beat)
    sent = Reminder.objects.exclude(pk__in=before).order_by("pk")
    return [(reminder.invoice.number, reminder.level) for reminder in sent]


def pay(invoice: Invoice) -> None:
    given: dict[str, Any] = {"currency": "EUR", "paid_on": timezone.localdate()}
    enter_payment(invoice, make_staff("billing"), amount_cents=invoice.gross_cents, **given)


def test_levels_follow_seven_fourteen_and_twentyeight_days_after_due() -> None:
    invoice = mailed_invoice()
    number = invoice.number
    assert settings.REMIND_INVOICES_AFTER_DAYS == (7, 14, 28)
    assert (next_on(6), next_on(7)) == ([], [(number, 1)])
    with heard(reminder_due) as told:
        assert [run_after(days) for days in (6, 7, 8, 13, 14, 27, 28, 60)] == [
            [], [(number, 1)], [], [], [(number, 2)], [], [(number, 3)], [],
        ]  # fmt: skip
    assert [each["reminder"].level for each in told] == [1, 2, 3]


def test_long_outage_does_not_send_levels_at_once() -> None:
    number = mailed_invoice().number
    assert [run_after(days) for days in (100, 101, 106, 107, 120, 121)] == [
        [(number, 1)], [], [], [(number, 2)], [], [(number, 3)],
    ]  # fmt: skip


def test_paid_cancelled_unmailed_and_exempt_invoices_are_not_reminded_of() -> None:
    paid, cancelled, exempted, plain = [mailed_invoice() for _ in range(4)]
    unmailed = make_invoice(due_on=due_on())
    assert len(next_on(7)) == 4
    pay(paid)
    credit(cancelled, make_staff(), reason="Ordered twice")
    profile = exempted.client.billing_profile
    profile.reminders_exempt = True
    profile.save()
    assert unmailed.number not in dict(next_on(7))
    assert next_on(7) == [(plain.number, 1)]


def test_invoice_that_unassigned_money_names_is_not_reminded_of() -> None:
    make_seller()
    invoice, other = mailed_invoice(), mailed_invoice()
    content = camt(invoice.number, euros(invoice.gross_cents - 1))
    import_statement(content, "november.xml", make_staff("billing"))
    assert next_on(7) == [(other.number, 1)]
    assert set_aside(unassigned()[0])
    assert next_on(7) == [(invoice.number, 1), (other.number, 1)]


def test_client_with_a_refund_due_is_not_reminded() -> None:
    first, other = mailed_invoice(), mailed_invoice()
    second = mailed_invoice(subscription=first.subscription)
    assert next_on(7) == [(first.number, 1), (other.number, 1), (second.number, 1)]
    pay(first)
    pay(first)
    assert next_on(7) == [(other.number, 1)]


def after_third(days: int = 28) -> tuple[Invoice, OverdueCase]:
    invoice = mailed_invoice()
    for each in (7, 14, days):
        run_after(each)
    return invoice, OverdueCase.objects.get(client=invoice.client, resolved_at=None)


def test_client_after_the_third_reminder_is_a_row_for_staff() -> None:
    invoice, case = after_third()
    assert list(open_cases()) == [case]
    invoice.client.refresh_from_db()
    assert invoice.client.closed_at is None
    pay(invoice)
    remind_due(beat)
    assert not open_cases().exists()


def test_staff_wait_for_a_client_until_a_day() -> None:
    _invoice, case = after_third()
    today, staff = timezone.localdate(), make_staff("billing")
    assert wait(case, staff, today)
    assert not open_cases().exists()
    assert wait(case, staff, today - timedelta(days=1))
    assert list(open_cases()) == [case]


def test_staff_exempt_a_client_from_reminders() -> None:
    invoice, case = after_third()
    assert exempt(case, make_staff("billing"))
    assert not exempt(case, make_staff("billing"))
    invoice.client.billing_profile.refresh_from_db()
    assert invoice.client.billing_profile.reminders_exempt
    assert not open_cases().exists()


def test_staff_close_a_client_for_its_members_and_open_it_again() -> None:
    invoice, case = after_third()
    staff, client = make_staff("billing"), invoice.client
    with heard(client_closed) as closed, heard(client_reopened) as reopened:
        assert close_for_members(case, staff)
        assert not close_for_members(case, staff)
        client.refresh_from_db()
        assert client.closed_at
        assert reopen(case, staff)
        assert not reopen(case, staff)
    reread = Client.objects.get(pk=client.pk)
    assert (reread.closed_at, len(closed), len(reopened)) == (None, 1, 1)


def test_closed_client_is_opened_again_once_it_has_paid() -> None:
    invoice, case = after_third()
    close_for_members(case, make_staff("billing"))
    remind_due(beat)
    invoice.client.refresh_from_db()
    assert invoice.client.closed_at
    pay(invoice)
    remind_due(beat)
    invoice.client.refresh_from_db()
    assert invoice.client.closed_at is None


def test_three_texts_are_shipped_in_both_languages() -> None:
    texts = ReminderText.objects.values_list("level", "text_de", "text_en")
    assert [level for level, german, english in texts if german and english] == [1, 2, 3]
