"""News of a contract or an invoice that fails keeps no other from being told."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.billing.balances import tell_overdue
from shop.billing.contract_end import remind_of_ends
from shop.billing.models import InvoiceDispatch
from shop.billing.reminder_rows import Reminder
from shop.billing.reminders import remind_due
from shop.billing.signals import contract_ends_soon, invoice_overdue, reminder_due
from shop.notifications.emails.models import Message
from shop.worker.row_failures import RowsFailedError
from tests.billing.runs import beat
from tests.factories import make_invoice, make_subscription
from tests.signals import failing, heard

pytestmark = pytest.mark.django_db


def test_reminder_of_an_end_that_fails_keeps_no_other_from_being_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ending: dict[str, Any] = {
        "cancelled_at": timezone.now() - timedelta(days=60),
        "ends_on": timezone.localdate() + timedelta(days=1),
    }
    bad, good = make_subscription(**ending), make_subscription(**ending)
    fails = failing(contract_ends_soon, lambda told: told["subscription"] == bad)
    with fails, pytest.raises(RowsFailedError):
        remind_of_ends(beat)
    assert f"subscription {bad.pk}" in caplog.text
    told = Message.objects.filter(kind=Message.Kind.ENDS_SOON)
    assert set(told.values_list("order", flat=True)) == {good.order_id}
    remind_of_ends(beat)
    assert set(told.values_list("order", flat=True)) == {good.order_id, bad.order_id}


def test_overdue_invoice_that_cannot_be_told_keeps_no_other_from_being_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    bad, good = make_invoice(due_on=yesterday), make_invoice(due_on=yesterday)
    fails = failing(invoice_overdue, lambda told: told["invoice"] == bad)
    with fails, pytest.raises(RowsFailedError):
        tell_overdue(beat)
    assert caplog.messages == [f"That invoice {bad} is overdue could not be told."]
    told = InvoiceDispatch.objects.filter(overdue_told_at__isnull=False)
    assert [each.invoice for each in told] == [good]
    with heard(invoice_overdue) as later:
        tell_overdue(beat)
    assert [each["invoice"] for each in later] == [bad]


def test_reminder_of_an_invoice_that_fails_keeps_no_other_from_being_sent(
    caplog: pytest.LogCaptureFixture,
) -> None:
    due_on = timezone.localdate() - timedelta(days=7)
    bad, good = make_invoice(due_on=due_on), make_invoice(due_on=due_on)
    InvoiceDispatch.objects.update(filed_at=timezone.now())
    fails = failing(reminder_due, lambda told: told["reminder"].invoice == bad)
    with fails, pytest.raises(RowsFailedError):
        remind_due(beat)
    assert caplog.messages == [f"The reminder of invoice {bad} failed."]
    assert [each.invoice for each in Reminder.objects.all()] == [good]
    remind_due(beat)
    assert {each.invoice for each in Reminder.objects.all()} == {good, bad}
