"""The page of an invoice: payments, credit notes, files and mails."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.billing.balances import balance_of
from shop.billing.ledger import Payment
from shop.billing.models import Invoice, InvoiceDispatch
from shop.notifications.emails.invoice_emails import queue_invoice
from shop.notifications.emails.models import Message
from tests.accounts.factors import by_password_and_app
from tests.backoffice.test_recent_factor import age
from tests.factories import make_invoice, make_staff, make_subscription
from tests.pages import error_beside, html, visitor, words

pytestmark = pytest.mark.django_db


def path(invoice: Invoice, rest: str = "") -> str:
    return f"/staff/invoices/{invoice.number}/{rest}"


def clerk() -> Client:
    return visitor(make_staff("billing"))


def payment(**changes: Any) -> dict[str, Any]:
    day = timezone.localdate().isoformat()
    return {"amount": "10,00", "paid_on": day, "seen_paid": "0", **changes}


def credit_form(invoice: Invoice, **changes: Any) -> dict[str, Any]:
    form = {"reason": "Doppelt bestellt", "amount": "", "confirm": "on"}
    return {**form, "seen_left": str(invoice.net_cents), **changes}


def test_page_shows_the_document_and_viewers_get_no_button() -> None:
    subscription = make_subscription()
    invoice, other = make_invoice(subscription), make_invoice(subscription)
    page = visitor(make_staff("viewer")).get(path(invoice))
    text = words(page)
    assert invoice.document["buyer"]["company"] in text
    assert invoice.document["lines"][0]["text"] in text
    assert other.number in text.partition("Other invoices of this client")[2]
    assert "you do not have permission to" in text
    main = html(page).partition("<main")[2].partition("</main>")[0]
    assert "<form" not in main
    assert "/credit/" not in main


def test_payment_is_entered_once_and_undone() -> None:
    invoice, browser = make_invoice(), clerk()
    page = browser.post(path(invoice, "pay/"), payment(), follow=True)
    assert "The payment of €10.00 is entered." in words(page)
    assert balance_of(invoice).paid_cents == 1000
    # Sent twice, by a second click: the page had shown another sum as paid.
    page = browser.post(path(invoice, "pay/"), payment(), follow=True)
    assert "Somebody else was faster" in words(page)
    assert balance_of(invoice).paid_cents == 1000
    undo = path(invoice, f"payments/{Payment.objects.get().pk}/undo/")
    assert "reminders continue" in words(browser.get(undo))
    assert balance_of(invoice).paid_cents == 1000
    assert "The payment is undone." in words(browser.post(undo, follow=True))
    assert balance_of(invoice).paid_cents == 0
    assert browser.post(undo).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed", "text"),
    [
        ("amount", "", "Please fill in “Amount paid”."),
        ("amount", "1.000", "Please write the price like"),
        ("amount", "0", "The amount must not be zero."),
        ("amount", "-5", "Please write the price like"),
        ("paid_on", "2999-01-01", "This day is in the future."),
        ("paid_on", "gestern", "Enter a valid date."),
    ],
)
def test_wrong_payment_is_refused_beside_the_field(field: str, typed: str, text: str) -> None:
    invoice = make_invoice()
    page = clerk().post(path(invoice, "pay/"), payment(reference="Bar", **{field: typed}))
    assert page.status_code == 422
    assert text in error_beside(page, f"payment_{field}")
    assert 'value="Bar"' in html(page)
    assert not Payment.objects.exists()


def test_credit_note_asks_says_what_follows_and_is_issued_once() -> None:
    invoice, browser = make_invoice(), clerk()
    asked = words(browser.get(path(invoice, "credit/")))
    assert "gets the next number of the series" in asked
    assert invoice.recipient in asked
    assert not Invoice.objects.filter(corrects=invoice).exists()
    page = browser.post(path(invoice, "credit/"), credit_form(invoice), follow=True)
    note = Invoice.objects.get(corrects=invoice)
    assert (note.gross_cents, note.reason) == (invoice.gross_cents, "Doppelt bestellt")
    assert f"Credit note {note.number}" in words(page)
    assert balance_of(invoice).state == "cancelled"
    page = browser.post(path(invoice, "credit/"), credit_form(invoice), follow=True)
    assert "Nothing of this invoice is left" in words(page)
    assert Invoice.objects.filter(corrects=invoice).count() == 1


def test_credit_note_is_announced_for_where_invoices_go_now() -> None:
    invoice = make_invoice(recipient="left@example.com")
    asked = words(clerk().get(path(invoice, "credit/")))
    assert f"It is sent to {invoice.client.billing_profile.email} by e-mail." in asked


def test_what_is_no_number_is_not_found() -> None:
    assert clerk().get("/staff/invoices/2026%00/").status_code == 404


def test_credit_note_over_a_part_leaves_the_rest() -> None:
    invoice, browser = make_invoice(), clerk()
    page = browser.post(path(invoice, "credit/"), credit_form(invoice, amount="99999"))
    assert page.status_code == 422
    assert "This is more than is left" in error_beside(page, "amount")
    page = browser.post(path(invoice, "credit/"), credit_form(invoice, confirm=""))
    assert page.status_code == 422
    assert not Invoice.objects.filter(corrects=invoice).exists()
    browser.post(path(invoice, "credit/"), credit_form(invoice, amount="5"))
    assert Invoice.objects.get(corrects=invoice).net_cents == 500
    # A second click with what the first page had shown.
    page = browser.post(path(invoice, "credit/"), credit_form(invoice, amount="5"), follow=True)
    assert "Somebody else was faster" in words(page)
    assert Invoice.objects.filter(corrects=invoice).count() == 1


def test_credit_note_asks_for_the_factor_again(settings: Settings) -> None:
    settings.DEMO = False
    invoice, browser = make_invoice(), by_password_and_app(make_staff("billing"))
    age(browser, 301)
    assert browser.get(path(invoice)).status_code == 200
    answer = browser.post(path(invoice, "credit/"), credit_form(invoice))
    assert answer.headers["Location"].startswith("/account/2fa/reauthenticate/")
    assert not Invoice.objects.filter(corrects=invoice).exists()
    age(browser, -301)
    browser.post(path(invoice, "credit/"), credit_form(invoice))
    assert Invoice.objects.filter(corrects=invoice).exists()


def test_files_that_failed_are_shown_and_tried_again_at_once() -> None:
    invoice, browser = make_invoice(), clerk()
    later = timezone.now() + timedelta(hours=1)
    dispatch = InvoiceDispatch.objects.filter(invoice=invoice)
    dispatch.update(last_error="RenderingError: no font", next_attempt_at=later, attempts=3)
    assert "RenderingError: no font" in words(browser.get(path(invoice)))
    listed = browser.get("/staff/invoices/?files=failing").context["invoices"]
    assert [each.number for each in listed] == [invoice.number]
    browser.post(path(invoice, "files/"))
    assert dispatch.filter(next_attempt_at__lt=timezone.now() + timedelta(minutes=1)).exists()
    dispatch.update(filed_at=timezone.now())
    page = browser.post(path(invoice, "files/"), follow=True)
    assert "The files already exist" in words(page)


def test_mail_is_sent_again_and_that_of_another_invoice_is_not_there() -> None:
    subscription = make_subscription()
    invoice, other = make_invoice(subscription), make_invoice(subscription)
    for each in (invoice, other):
        queue_invoice(each)
    mine, others = Message.objects.filter(kind="invoice").order_by("pk")
    Message.objects.update(state=Message.State.SENT, sent_at=timezone.now())
    browser = clerk()
    page = html(browser.get(path(invoice)))
    assert path(invoice, f"mails/{mine.pk}/") in page
    assert path(invoice, f"mails/{others.pk}/") not in page
    assert browser.post(path(invoice, f"mails/{others.pk}/")).status_code == 404
    answer = browser.post(path(invoice, f"mails/{mine.pk}/"), follow=True)
    assert "The e-mail is being sent again." in words(answer)
    assert Message.objects.filter(details__invoice=invoice.pk).count() == 2


def test_page_takes_as_many_queries_for_many_payments(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    subscription = make_subscription()
    invoice, browser = make_invoice(subscription), clerk()
    browser.post(path(invoice, "pay/"), payment(amount="1"))
    make_invoice(subscription)
    browser.get(path(invoice))
    with django_assert_num_queries(12):
        browser.get(path(invoice))
    browser.post(path(invoice, "pay/"), payment(amount="2", seen_paid="100"))
    make_invoice(subscription)
    browser.get(path(invoice))
    with django_assert_num_queries(12):
        browser.get(path(invoice))
