"""The export for the tax adviser: a line for each invoice and rate, as spreadsheets read it."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from portal.backoffice.models import Export
from shop.billing.credit_notes import credit
from tests.backoffice.exports import NEW, ask, csv_rows, exporter, sheet_of
from tests.factories import BILLING, make_client, make_invoice, make_staff, make_subscription
from tests.pages import html, visitor

pytestmark = pytest.mark.django_db


def invoices(query: str = "", file_format: str = "csv", **given: Any) -> Any:
    user = given.pop("user", None) or make_staff("billing")
    return ask(query, file_format, user=user, subject="invoices", **given)


def test_export_has_a_line_for_each_invoice_with_comma_and_dates() -> None:
    invoice = make_invoice()
    note = credit(invoice, make_staff(), reason="Doppelt")
    row, back = csv_rows(invoices(language="de"), ";")
    today = timezone.localdate()
    assert len(row) == 19
    assert (row["Nummer"], row["Ausgestellt am"]) == (invoice.number, f"{today:%d.%m.%Y}")
    assert row["Nettobetrag"] == f"{invoice.net_cents / 100:.2f}".replace(".", ",")
    assert (row["Land"], row["Regel"], row["Satz in Prozent"]) == ("DE", "domestic", "19,00")
    assert back["Brutto"] == f"-{note.gross_cents / 100:.2f}".replace(".", ",")
    assert back["Korrigiert Rechnung"] == invoice.number
    export = Export.objects.get()
    assert (export.subject, export.number, export.format) == ("invoices", 2, "csv")


def test_export_follows_the_filter_and_english_has_iso_dates() -> None:
    invoice, other = make_invoice(), make_invoice()
    listed = html(visitor(make_staff("billing")).get(f"/staff/invoices/?q={invoice.number}"))
    assert f"{NEW}?subject=invoices&amp;q={invoice.number}" in listed
    [row] = csv_rows(invoices(f"q={invoice.number}"))
    assert row["Number"] == invoice.number
    assert row["Issued on"] == timezone.localdate().isoformat()
    assert row["Net"] == f"{invoice.net_cents / 100:.2f}"
    assert [row["Number"] for row in csv_rows(invoices())] == [invoice.number, other.number]


def test_days_typed_into_the_form_narrow_it() -> None:
    make_invoice()
    today = timezone.localdate()
    assert len(csv_rows(invoices(since=today.isoformat(), until=f"{today:%d.%m.%Y}"))) == 1
    assert Export.objects.get().filter == f"since={today}&until={today}"
    assert csv_rows(invoices(until="2020-01-31")) == []


def test_workbook_has_amounts_as_numbers_and_days_as_days() -> None:
    invoice = make_invoice()
    sheet = sheet_of(invoices(file_format="xlsx"))
    row = dict(zip((cell.value for cell in sheet[1]), sheet[2], strict=True))
    assert row["Gross"].value == invoice.gross_cents / 100
    assert row["Issued on"].value == datetime.combine(invoice.issued_on, datetime.min.time())


def test_name_that_spreadsheets_take_for_a_formula_is_text() -> None:
    client = make_client()
    billing = {**BILLING, "company": "=HYPERLINK(1)"}
    make_invoice(make_subscription(client, billing=billing))
    assert csv_rows(invoices())[0]["Buyer"] == "'=HYPERLINK(1)"


def test_only_billing_exports_invoices() -> None:
    make_invoice()
    for person in (make_staff("viewer"), exporter()):
        assert invoices(user=person).status_code == 403
        assert NEW not in html(visitor(person).get("/staff/invoices/"))
    assert Export.objects.count() == 0


def test_formats_for_programs_are_of_orders_alone() -> None:
    make_invoice()
    assert invoices(file_format="jsonl").status_code == 422
