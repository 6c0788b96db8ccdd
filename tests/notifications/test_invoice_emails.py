"""Mails about invoices: what each says, to whom it goes, and when it is obsolete."""

from datetime import date
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from pytest_django import Settings

from shop.billing.invoice_files import invoice_file
from shop.billing.ledger import Payment
from shop.billing.models import Invoice, Subscription
from shop.billing.price_changes import raise_price, undo_price_change
from shop.billing.reminder_rows import Reminder, ReminderText
from shop.billing.signals import invoice_filed, reminder_due
from shop.notifications.emails.invoice_emails import mails_about, undelivered_invoices
from shop.notifications.emails.kinds import render
from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client
from tests.factories import make_invoice as make_any_invoice
from tests.factories import make_staff, make_subscription
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db


def make_invoice(subscription: Subscription | None = None, **fields: Any) -> Invoice:
    """An invoice in English for December."""
    days = {"issued_on": date(2026, 12, 1), "due_on": date(2026, 12, 15)}
    days |= {"period_start": date(2026, 12, 1), "period_end": date(2026, 12, 31)}
    made = make_any_invoice(subscription, **{"language": "en", **days, **fields})
    Message.objects.filter(kind__in=("received", "invitation")).delete()
    return Invoice.objects.get(pk=made.pk)


def bill_to(client: Client, email: str) -> None:
    BillingProfile.objects.filter(client=client).update(email=email)


def filed(invoice: Invoice) -> Message:
    invoice_filed.send(sender=Invoice, invoice=invoice)
    return mails_about(invoice).get()


def reminded(invoice: Invoice, level: int) -> Message:
    reminder = Reminder.objects.create(invoice=invoice, level=level, sent_on=timezone.localdate())
    reminder_due.send(sender=Reminder, reminder=reminder)
    return mails_about(invoice).get(dedupe_key=f"{invoice.number}:{level}")


def test_invoice_is_mailed_once_with_its_pdf(mailoutbox: list[EmailMessage]) -> None:
    invoice, bystander = make_invoice(recipient="accounts@example.com"), make_invoice()
    for _ in range(2):
        filed(invoice)
    send_all()
    (mail,) = mailoutbox
    assert mail.to == ["accounts@example.com"]
    assert mail.subject == f"Invoice {invoice.number}"
    for text in (
        "Please transfer €58.31 by 15 December 2026.",
        f"Invoice number: {invoice.number}\nFor: ",
        "Project: OSD Yamdu Free\nPeriod: 1 December 2026 to 31 December 2026\n",
        "Amount to pay: €58.31\nDue: 15 December 2026\n",
        "Account holder: Lichtspiel Software GmbH\nIBAN: DE89 3704 0044 0532 0130 00\n",
        f"BIC: COBADEFFXXX\nPayment reference: {invoice.number}\n",
        f"/portal/clients/{invoice.client.pk}/invoices/",
        "write to rechnung@lichtspiel.example.",
    ):
        assert text in str(mail.body)
    name, content = invoice_file(invoice, "pdf")
    assert name == f"Invoice-{invoice.number}.pdf"
    assert [tuple(each) for each in mail.attachments] == [(name, content, "application/pdf")]
    assert not mails_about(bystander).exists()


def test_invoice_is_mailed_in_its_own_language() -> None:
    mail = render(filed(make_invoice(language="de")))
    assert mail.subject.startswith("Rechnung 2026-")
    assert "Bitte überweisen Sie 58,31\xa0€ bis zum 15. Dezember 2026." in mail.text
    assert "Verwendungszweck: 2026-" in mail.text


def test_credit_note_says_what_it_corrects_and_why() -> None:
    invoice = make_invoice()
    note = make_invoice(
        invoice.subscription, kind="credit_note", corrects=invoice, reason="Ordered twice.",
        language="de",
    )  # fmt: skip
    mail = render(filed(note))
    assert mail.subject == f"Rechnungskorrektur {note.number}"
    assert "Gutschrift" not in mail.text
    assert f"die Korrektur unserer Rechnung {invoice.number} vom 1. Dezember 2026." in mail.text
    assert "Grund: Ordered twice.\n" in mail.text
    assert "IBAN" not in mail.text


@pytest.mark.parametrize(
    ("level", "subject"),
    [
        (1, "Zahlungserinnerung zur Rechnung"),
        (2, "Mahnung zur Rechnung"),
        (3, "Letzte Mahnung zur Rechnung"),
    ],
)
def test_reminder_has_the_text_of_staff_and_what_is_open(level: int, subject: str) -> None:
    text = {"text_de": "Bitte zahlen Sie.\n\nDanke.", "text_en": "Please pay."}
    ReminderText.objects.update_or_create(level=level, defaults=text)
    invoice = make_invoice(language="de")
    Payment.objects.create(invoice=invoice, amount_cents=831, paid_on=timezone.localdate())
    mail = render(reminded(invoice, level))
    assert mail.subject == f"{subject} {invoice.number}"
    assert "Bitte zahlen Sie.\n\nDanke.\n" in mail.text
    assert "Noch zu zahlen: 50,00\xa0€\n" in mail.text
    (attached,) = mail.attachments
    assert attached.content_type == "application/pdf"


def test_reminder_of_an_invoice_that_was_paid_is_obsolete(mailoutbox: list[EmailMessage]) -> None:
    invoice, late = make_invoice(), make_invoice()
    reminded(invoice, 1)
    reminded(late, 1)
    Payment.objects.create(invoice=invoice, amount_cents=5831, paid_on=timezone.localdate())
    send_all()
    assert [mail.subject for mail in mailoutbox] == [f"Reminder: invoice {late.number}"]
    assert mails_about(invoice).get().state == "obsolete"


def test_reminder_goes_where_invoices_go_now() -> None:
    invoice = make_invoice(recipient="old@example.com")
    bill_to(invoice.client, "")
    assert reminded(invoice, 1).recipient == invoice.client.client_admin.email
    bill_to(invoice.client, "new@example.com")
    assert reminded(invoice, 2).recipient == "new@example.com"


def test_mails_about_invoices_are_not_counted_against_the_daily_limit(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    settings.MAILS_A_DAY = 1
    subscription = make_subscription()
    for month in (1, 2, 3):
        start = date(2026, month, 1)
        filed(make_invoice(subscription, period_start=start, recipient="a@example.com"))
    send_all()
    assert len(mailoutbox) == 3


def test_mail_that_could_not_be_delivered_is_shown_to_staff_until_it_was_sent_again() -> None:
    invoice, sent = make_invoice(recipient="gone@example.com"), make_invoice()
    failed = filed(invoice)
    Message.objects.filter(pk=failed.pk).update(state="refused")
    Message.objects.filter(pk=filed(sent).pk).update(state="sent")
    assert list(undelivered_invoices()) == [failed]
    bill_to(invoice.client, "right@example.com")
    assert send_again(undelivered_invoices().get(), make_staff()) == Resent.QUEUED
    assert not undelivered_invoices().exists()
    again = mails_about(invoice).latest("pk")
    assert (again.recipient, again.state) == ("right@example.com", "waiting")
    assert Invoice.objects.get(pk=invoice.pk).recipient == "gone@example.com"


def test_higher_price_is_announced_with_the_right_to_cancel(
    mailoutbox: list[EmailMessage],
) -> None:
    subscription, bystander = make_subscription(), make_subscription()
    bill_to(subscription.client, "accounts@example.com")
    subscription.order.language = "en"
    Message.objects.all().delete()
    change = raise_price(subscription, 5900, make_staff())
    undo_price_change(raise_price(bystander, 9900, make_staff()), make_staff())
    send_all()
    (mail,) = mailoutbox
    assert mail.to == ["accounts@example.com"]
    body = str(mail.body)
    assert "Price now: €49.00 a month, net\n" in body
    assert "€59.00 a month, net\n" in body
    assert "You don't have to accept it: you can cancel the contract so that it ends on" in body
    assert Message.objects.get(dedupe_key=f"price_change:{change.pk}").state == "sent"
    assert Message.objects.filter(kind="price_change", state="obsolete").count() == 1
