"""The export for the tax adviser: a line for each invoice and rate, as spreadsheets read it."""

import csv
from io import StringIO

import pytest
from django.test import Client
from django.utils import timezone

from portal.backoffice.models import Export
from shop.billing.credit_notes import credit
from tests.factories import BILLING, make_client, make_invoice, make_staff, make_subscription
from tests.pages import html, visitor

pytestmark = pytest.mark.django_db

PATH = "/staff/invoices/export.csv"


def lines(browser: Client, query: str = "") -> list[list[str]]:
    text = browser.get(f"{PATH}?{query}").getvalue().decode()
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_export_has_a_line_for_each_invoice_with_comma_and_dates() -> None:
    invoice = make_invoice()
    note = credit(invoice, make_staff(), reason="Doppelt")
    head, first, second = lines(visitor(make_staff("billing"), language="de"))
    row, today = dict(zip(head, first, strict=True)), timezone.localdate()
    assert len(head) == 19
    assert (row["Nummer"], row["Ausgestellt am"]) == (invoice.number, f"{today:%d.%m.%Y}")
    assert row["Nettobetrag"] == f"{invoice.net_cents / 100:.2f}".replace(".", ",")
    assert (row["Land"], row["Regel"], row["Satz in Prozent"]) == ("DE", "domestic", "19,00")
    back = dict(zip(head, second, strict=True))
    assert back["Brutto"] == f"-{note.gross_cents / 100:.2f}".replace(".", ",")
    assert back["Korrigiert Rechnung"] == invoice.number
    export = Export.objects.get()
    assert (export.subject, export.number, export.format) == ("invoices", 2, "csv")


def test_export_follows_the_filter_and_english_has_iso_dates() -> None:
    invoice, other = make_invoice(), make_invoice()
    browser = visitor(make_staff("billing"))
    listed = html(browser.get(f"/staff/invoices/?q={invoice.number}"))
    assert f"{PATH}?q={invoice.number}" in listed
    _head, *rows = lines(browser, f"q={invoice.number}")
    assert [row[0] for row in rows] == [invoice.number]
    assert rows[0][2] == timezone.localdate().isoformat()
    assert len(lines(browser)) == 3
    assert other.number in [row[0] for row in lines(browser)]


def test_name_that_spreadsheets_take_for_a_formula_is_text() -> None:
    client = make_client()
    billing = {**BILLING, "company": "=HYPERLINK(1)"}
    make_invoice(make_subscription(client, billing=billing))
    assert lines(visitor(make_staff("billing")))[1][7] == "'=HYPERLINK(1)"


def test_viewer_may_not_export() -> None:
    make_invoice()
    browser = visitor(make_staff("viewer"))
    assert browser.get(PATH).status_code == 403
    assert PATH not in html(browser.get("/staff/invoices/"))
