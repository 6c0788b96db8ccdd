"""A client's invoices: the list, what is open, the files, and what the home page says of them."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.billing.ledger import Payment
from shop.billing.models import Invoice
from shop.data_export import export
from shop.tenancy.models import Client
from tests.billing.test_invoice_files import use_storage
from tests.factories import make_client, make_invoice, make_subscription
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


def invoice_of(client: Client, **fields: Any) -> Invoice:
    return make_invoice(make_subscription(client), **fields)


def test_list_says_what_each_invoice_is_and_what_is_open() -> None:
    client = make_client()
    overdue = invoice_of(client, due_on=date(2026, 1, 1))
    current = invoice_of(client, due_on=date(2099, 1, 1))
    paid = invoice_of(client)
    Payment.objects.create(invoice=paid, amount_cents=5831, paid_on=timezone.localdate())
    Payment.objects.create(invoice=current, amount_cents=831, paid_on=timezone.localdate())
    credited = invoice_of(client)
    note = make_invoice(
        credited.subscription, kind="credit_note", corrects=credited, reason="Ordered twice."
    )
    stranger = make_invoice()
    page = words(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/invoices/"))
    assert "2 invoices are open: €108.31 in total." in page
    rows = {
        number: page.split(f"{number} ", 1)[1].split("PDF")[0]
        for number in (overdue.number, current.number, paid.number, credited.number)
    }
    assert "€58.31 overdue" in rows[overdue.number]
    assert "€58.31 open €50.00 left" in rows[current.number]
    assert "€58.31 paid" in rows[paid.number]
    assert f"{note.number} Credit note for {credited.number}" in page
    assert "−€58.31 credited" in page
    assert "cancelled" in page
    assert stranger.number not in page


def test_file_whose_storage_is_away_is_a_sentence(settings: Settings) -> None:
    invoice = invoice_of(make_client())
    use_storage(settings, "tests.billing.test_invoice_files.AwayStorage")
    browser = visitor(invoice.client.client_admin)
    path = f"/portal/clients/{invoice.client.pk}/invoices/"
    answer = browser.get(f"{path}{invoice.number}/pdf")
    assert (answer.status_code, answer.headers["Location"]) == (302, path)
    assert "This file cannot be created right now." in words(browser.get(path))


def test_what_is_no_number_is_not_found() -> None:
    client = make_client()
    browser = visitor(client.client_admin)
    assert browser.get(f"/portal/clients/{client.pk}/invoices/2026%00/pdf").status_code == 404
    assert browser.get("/portal/invoices/2026%00/pay/").status_code == 404


def test_list_without_invoices_says_when_the_first_comes() -> None:
    client = make_client()
    page = words(visitor(client.client_admin).get(f"/portal/clients/{client.pk}/invoices/"))
    assert "No invoices yet." in page


def test_list_is_paged() -> None:
    client = make_client()
    subscription = make_subscription(client)
    for month in range(1, 13):
        for year in (2025, 2026):
            make_invoice(subscription, period_start=date(year, month, 1))
    browser = visitor(client.client_admin)
    first = browser.get(f"/portal/clients/{client.pk}/invoices/")
    assert html(first).count('rel="next"') == 1
    assert "Page 2 of 2" in words(browser.get(f"/portal/clients/{client.pk}/invoices/?page=2"))


@pytest.mark.parametrize(
    ("file_format", "content_type", "how"),
    [("pdf", "application/pdf", "inline"), ("xml", "application/xml", "attachment")],
)
def test_files_are_for_the_client_admin_alone(
    file_format: str, content_type: str, how: str
) -> None:
    invoice = invoice_of(make_client())
    path = f"/portal/clients/{invoice.client.pk}/invoices/{invoice.number}/{file_format}"
    answer = visitor(invoice.client.client_admin).get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].partition(";")[0] == content_type
    assert answer.headers["Content-Disposition"].startswith(f'{how}; filename="')
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    other = make_client()
    assert visitor(other.client_admin).get(path).status_code == 404
    foreign = f"/portal/clients/{other.pk}/invoices/{invoice.number}/{file_format}"
    assert visitor(other.client_admin).get(foreign).status_code == 404
    assert visitor().get(path).status_code == 302


def test_home_and_client_page_say_what_is_open_to_the_client_admin() -> None:
    client = make_client()
    invoice_of(client)
    invoice_of(client)
    browser = visitor(client.client_admin)
    for path, said in (
        ("/portal/", "2 invoices are open: €116.62 in total."),
        (f"/portal/clients/{client.pk}/", "To pay €116.62"),
    ):
        page = browser.get(path)
        assert said in words(page)
        assert f'href="/portal/clients/{client.pk}/invoices/"' in html(page)
    assert "invoices are open" not in words(visitor(make_client().client_admin).get("/portal/"))


def test_pay_online_is_offered_where_a_provider_is_configured() -> None:
    invoice = invoice_of(make_client())
    path = f"/portal/clients/{invoice.client.pk}/invoices/"
    assert "Pay online" not in words(visitor(invoice.client.client_admin).get(path))


def test_export_of_a_client_admin_lists_the_invoices_of_their_clients() -> None:
    days = {"issued_on": "2026-12-01", "due_on": "2026-12-15"}
    days |= {"period_start": "2026-12-01", "period_end": "2026-12-31"}
    first, other = (make_subscription(make_client(name=name)) for name in ("Kran", "Kamera"))
    invoice, foreign = make_invoice(first, **days), make_invoice(other)
    invoice.refresh_from_db()
    [listed] = export(invoice.client.client_admin)["invoices"]
    assert listed == {
        "number": invoice.number,
        "kind": "invoice",
        **days,
        "net_cents": 4900,
        "vat_cents": 931,
        "gross_cents": 5831,
        "currency": "EUR",
        "state": "open",
        "recipient": "buchhaltung@isarfilm.example",
        "client": "Kran",
    }
    assert export(foreign.client.client_admin)["invoices"][0]["number"] == foreign.number
