"""News of an archived order's invoices and contract bring it back, and are told as ever."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from shop.billing.credit_notes import credit
from shop.billing.filing import make_files
from shop.billing.models import Invoice, InvoiceDispatch, Subscription
from shop.billing.payments import undo_payment
from shop.billing.reminders import remind_on
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.archived_order import ArchivedOrder
from shop.orders.models import Order
from tests.accounts.own_programs import make_endpoint
from tests.billing.runs import beat
from tests.contract_factories import make_declaration
from tests.factories import make_order, make_packed_order, make_staff, pack_all
from tests.notifications.sent import send_all
from tests.operations.archived import archive_all, settle_all
from tests.operations.test_archive import with_an_invoice

pytestmark = pytest.mark.django_db


def archived_with_an_invoice() -> tuple[Order, Invoice]:
    """An archived order whose program is told of invoices, and its invoice, which was paid."""
    order = with_an_invoice()
    assert order.application is not None
    make_endpoint(order.application, "invoice.*")
    assert archive_all() == 1
    return order, Invoice.objects.get()


def test_credit_note_is_issued_mailed_and_told(mailoutbox: list[EmailMessage]) -> None:
    order, invoice = archived_with_an_invoice()
    note = credit(invoice, make_staff(), reason="Billed twice.")
    assert Delivery.objects.get(type="invoice.issued").order == order
    make_files(beat)
    send_all()
    (mail,) = mailoutbox
    assert note.number in mail.body
    assert Message.objects.get(kind="invoice").order == order
    assert not ArchivedOrder.objects.exists()


def test_invoice_whose_payment_was_none_is_reminded_of() -> None:
    order, invoice = archived_with_an_invoice()
    InvoiceDispatch.objects.update(filed_at=timezone.now())
    assert undo_payment(invoice.payments.get(), make_staff())
    remind_on(invoice.due_on + timedelta(days=7), beat)
    assert Message.objects.get(kind="invoice_reminder").order == order
    assert not ArchivedOrder.objects.exists()


def test_declaration_that_names_an_archived_order_of_a_running_contract_is_proven() -> None:
    first = make_packed_order()
    client, project = first.delivered_client, first.delivered_project
    assert client is not None
    assert project is not None
    named = make_order(
        client_id=client.pk,
        client_name=None,
        project_id=project.pk,
        project_name=None,
        user_email="second@example.com",
        client_admin=client.client_admin,
    )
    pack_all()
    settle_all()
    Subscription.objects.update(ended_at=None, ends_on=None)
    assert archive_all() == 1
    assert ArchivedOrder.objects.get().pk == named.pk
    case = make_declaration(named)
    assert (case.state, case.order) == ("proof", named)
    assert Message.objects.get(kind="proof").order == named
    assert not ArchivedOrder.objects.exists()
