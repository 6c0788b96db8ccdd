"""Orders as a file: for people by their conventions, for programs as they are stored."""

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group

from portal.backoffice.exports import export_sources
from portal.backoffice.models import Export
from shop.orders.models import Order
from tests.backoffice.exports import NEW, ask, content, csv_rows, exporter, sheet_of
from tests.factories import (
    BILLING,
    make_invoice,
    make_order,
    make_packed_order,
    make_staff,
    make_subscription,
)
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


def test_file_holds_the_filtered_orders_oldest_first() -> None:
    orders = [make_order(client_name=name) for name in ("Erste", "Zweite")]
    make_packed_order(client_name="Dritte")
    Order.objects.filter(pk=orders[0].pk).update(state="need_human", fault="manual_tier")
    Order.objects.filter(pk=orders[1].pk).update(state="has_packing_errors")
    rows = csv_rows(ask())
    assert [row["Client"] for row in rows] == ["Erste", "Zweite"]
    assert rows[0]["Order number"] == orders[0].order_number
    assert rows[0]["Reason"] == "This tier is set up after a person has approved the order."
    assert rows[0]["E-mail"] == "nicecustomer@gmx.com"
    assert [row["Client"] for row in csv_rows(ask("show=packed"))] == ["Dritte"]
    assert len(csv_rows(ask("show=all"))) == 3


def test_file_holds_each_order_once_however_many_reads_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_sources, "AT_ONCE", 2)
    for number in (4, 5):
        while Order.objects.count() < number:
            make_order()
        numbers = list(Order.objects.order_by("pk").values_list("order_number", flat=True))
        rows = csv_rows(ask("show=pending&sort=changed"))
        assert [row["Order number"] for row in rows] == numbers


def placed(order: Order) -> Order:
    """The order, placed on the evening of 28 November in Berlin."""
    when = datetime(2025, 11, 28, 22, 26, 5, tzinfo=UTC)
    Order.objects.filter(pk=order.pk).update(
        created_at=when, net_cents=123_450, discount_cents=10_000, vat_rate=Decimal("19.00")
    )
    return Order.objects.get(pk=order.pk)


def test_german_file_has_semicolons_commas_and_german_dates() -> None:
    placed(make_order(billing=BILLING))
    (row,) = csv_rows(ask("show=all", language="de"), ";")
    assert (row["Bestellt am"], row["Bestellt um"]) == ("28.11.2025", "28.11.2025 23:26")
    assert row["Netto vor Rabatt im Monat"] == "1334,50"
    assert row["Rabatt im Monat"] == "100,00"
    assert (row["Netto im Monat"], row["USt. im Monat"]) == ("1234,50", "234,56")
    assert (row["Brutto im Monat"], row["Satz in Prozent"]) == ("1469,06", "19,00")
    assert (row["Firma laut Rechnung"], row["Ort"]) == (BILLING["company"], BILLING["city"])
    assert row["Bestellt über"] == "API"


def test_english_file_has_commas_points_and_iso_dates() -> None:
    placed(make_order())
    (row,) = csv_rows(ask("show=all"))
    assert (row["Placed on"], row["Placed at"]) == ("2025-11-28", "2025-11-28 23:26")
    assert (row["Net, a month"], row["Gross, a month"]) == ("1234.50", "1469.06")


def test_workbook_has_numbers_dates_and_a_heading_that_stays() -> None:
    order = placed(make_packed_order(client_name="=HYPERLINK(1)"))
    sheet = sheet_of(ask("show=all", "xlsx"))
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, sheet[2], strict=True))
    assert row["Placed on"].value.isoformat() == "2025-11-28T00:00:00"
    assert row["Placed at"].value.isoformat() == "2025-11-28T23:26:05"
    assert row["Placed at"].number_format == "yyyy-mm-dd hh:mm"
    assert isinstance(row["Set up on"].value, datetime)
    assert row["Net, a month"].value == 1234.5
    assert row["Net, a month"].number_format == "#,##0.00"
    assert row["Attempts"].value == 1
    assert row["Order number"].value == order.order_number
    assert (row["Client"].value, row["Client"].data_type) == ("=HYPERLINK(1)", "s")
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref is not None
    assert sheet.column_dimensions["A"].width > 12


def test_day_of_setup_and_state_of_invoices_are_told() -> None:
    subscription = make_subscription()
    invoice = make_invoice(subscription)
    bystander = make_packed_order()
    rows = {row["Order number"]: row for row in csv_rows(ask("show=all"))}
    row = rows[subscription.order.order_number or ""]
    assert (row["Invoices"], row["States of the invoices"]) == (invoice.number, "not due yet")
    assert date.fromisoformat(row["Set up on"])
    assert rows[bystander.order_number or ""]["Invoices"] == ""


def test_invoices_take_their_own_permission() -> None:
    make_invoice()
    person = exporter("viewer")
    Group.objects.get(name="viewer").permissions.filter(codename="view_invoice").delete()
    (row,) = csv_rows(ask("show=all", user=person))
    assert "Client" in row
    assert "Invoices" not in row


def test_columns_are_chosen_by_purpose_or_one_by_one() -> None:
    make_order()
    (row,) = csv_rows(ask("show=all", set="accounting"))
    assert "Gross, a month" in row
    assert "Project" not in row
    (row,) = csv_rows(ask("show=all", set="support"))
    assert "Project" in row
    assert "Gross, a month" not in row
    (row,) = csv_rows(ask("show=all", set="chosen", column=["email", "order_number"]))
    assert list(row) == ["Order number", "E-mail"]
    assert Export.objects.latest("pk").columns == "order_number,email"


def test_choice_without_columns_and_a_span_turned_round_are_refused() -> None:
    make_order()
    span: dict[str, Any] = {"from": "2026-02-01", "to": "2026-01-01"}
    answer = ask("show=all", set="chosen", **span)
    assert answer.status_code == 422
    assert "Select at least one column." in words(answer)
    assert "The period ends before it begins." in words(answer)
    assert 'value="2026-02-01"' in html(answer)
    assert Export.objects.count() == 0


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "xlsx"])
def test_no_hash_leaves_the_house(file_format: str) -> None:
    order = make_order()
    answer = ask("show=all", file_format)
    if file_format == "xlsx":
        cells = [cell.value for row in sheet_of(answer).rows for cell in row]
        exported = " ".join(map(str, cells))
    else:
        exported = content(answer).decode()
    assert "Constantin Film" in exported
    assert order.order_hash not in exported


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_cell_is_no_formula(sign: str) -> None:
    make_order(client_name=f"{sign}HYPERLINK(1)", project_name=f"Der {sign} Dreh")
    [row] = csv_rows(ask("show=pending"))
    assert row["Client"] == f"'{sign}HYPERLINK(1)"
    assert row["Project"] == f"Der {sign} Dreh"


@pytest.mark.parametrize("sign", ["\t", "\r", "\n"])
def test_cell_that_begins_with_a_control_sign_is_no_formula(sign: str) -> None:
    Order.objects.filter(pk=make_order().pk).update(client_name=f"{sign}=1")
    text = content(ask("show=pending")).decode()
    # Behind a tab, too: it parts cells in other programs.
    assert f"'{sign}=1" in text or f"'{sign}'=1" in text


@pytest.mark.parametrize("name", ["Film;=1+1", "Film;+1", "；", "＝1+1", "＠SUM(A1)"])
def test_no_cell_is_a_formula_where_semicolons_part_cells_either(name: str) -> None:
    make_order(client_name=name)
    text = content(ask("show=all", set="support")).decode().removeprefix("\ufeff")
    for separator in ",;":
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            assert not any(
                cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row
            )


@pytest.mark.parametrize("name", ["Film,=1+1", "Film\t=1+1", 'Film,"=1+1'])
def test_no_cell_of_a_german_file_is_a_formula_where_other_signs_part_cells(name: str) -> None:
    Order.objects.filter(pk=make_order().pk).update(client_name=name)
    answer = ask("show=all", set="support", language="de")
    text = content(answer).decode().removeprefix("\ufeff")
    assert "Film" in text
    for separator in ",;\t":
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            assert not any(cell.startswith("=") for cell in row)


def test_json_lines_hold_values_as_they_are() -> None:
    order = make_order(client_name="=Film & Söhne")
    [line] = content(ask("show=pending", "jsonl")).decode().splitlines()
    row = json.loads(line)
    assert row["client_name"] == "=Film & Söhne"
    told = (row["order_number"], row["net_cents"], row["attempts"])
    assert told == (order.order_number, order.net_cents, 0)
    assert row["created_at"] == order.created_at.isoformat()
    assert (row["taken_by"], row["complete"]) == (None, True)


def test_partners_own_are_exported_as_they_were_sent() -> None:
    # In the order in which PostgreSQL keeps the members of an object.
    make_order(reference="=PO-4711", metadata={"n": "", "rep": "Söhne"})
    make_order()
    rows = csv_rows(ask("show=all", set="support"))
    assert [row["Partner’s reference"] for row in rows] == ["'=PO-4711", ""]
    lines = [json.loads(line) for line in content(ask("show=all", "jsonl")).decode().splitlines()]
    assert [(line["reference"], line["metadata"]) for line in lines] == [
        ("=PO-4711", '{"n": "", "rep": "Söhne"}'),
        (None, None),
    ]


def test_export_is_written_down() -> None:
    make_order()
    make_order()
    person = exporter()
    content(ask("show=pending&tier=s&q=", user=person, set="support"))
    export = Export.objects.get()
    assert (export.user, export.format, export.number) == (person, "csv", 2)
    assert export.filter == "show=pending&tier=s"
    assert export.columns.startswith("order_number,placed_at")
    page = words(visitor(person).get("/staff/exports/"))
    assert f"{person.get_full_name()} orders received · Tier: s CSV 2 downloaded at once" in page


@pytest.mark.parametrize("group", ["viewer", "agent", "admin", None])
def test_export_needs_its_permission(group: str | None) -> None:
    person = make_staff("agent")
    if group:
        person.groups.add(Group.objects.get(name=group))
    make_order()
    browser = visitor(person)
    assert browser.get(NEW).status_code == 403
    assert ask("show=all", user=person).status_code == 403
    assert NEW not in html(browser.get("/staff/?show=all"))
    assert Export.objects.count() == 0


def test_queue_leads_to_an_export_of_what_it_shows_in_two_clicks() -> None:
    make_order()
    person = exporter()
    browser = visitor(person)
    page = html(browser.get("/staff/?show=pending&tier=s"))
    assert f'href="{NEW}?show=pending&amp;tier=s"' in page
    form = html(browser.get(f"{NEW}?show=pending&tier=s"))
    assert 'name="filter" value="show=pending&amp;tier=s"' in form
    assert "Excel workbook (XLSX)" in form
    assert "Filter: received · Tier: s" in words(browser.get(f"{NEW}?show=pending&tier=s"))


def test_exports_of_others_are_for_those_who_see_orders() -> None:
    make_order()
    one, other = exporter("viewer", first_name="Eva"), exporter("export", first_name="Max")
    for person in (one, other):
        content(ask("show=all", user=person))
    assert "Eva Muster" in words(visitor(one).get("/staff/exports/"))
    assert "Max Muster" in words(visitor(one).get("/staff/exports/"))
    mine = words(visitor(other).get("/staff/exports/"))
    assert "Max Muster" in mine
    assert "Eva Muster" not in mine


def test_way_to_an_export_is_told_to_those_who_may_take_it() -> None:
    hint = "You find “Export” below every list of orders."
    for group, is_told in (("viewer", True), ("export", False)):
        assert (hint in words(visitor(exporter(group)).get("/staff/exports/"))) is is_told
    page = words(visitor(make_staff("agent")).get("/staff/exports/"))
    assert "Nothing has been exported yet." in page
    assert hint not in page


def test_days_narrow_the_filter_and_leave_its_group_as_it_is() -> None:
    done = make_packed_order()
    old, new = make_order(), make_order()
    long_ago = datetime(2025, 11, 28, 22, 26, 5, tzinfo=UTC)
    Order.objects.filter(pk__in=[old.pk, done.pk]).update(created_at=long_ago)
    span: dict[str, Any] = {"from": "2025-11-28", "to": "28.11.2025"}
    (row,) = csv_rows(ask("show=pending", **span))
    assert row["Order number"] == old.order_number
    assert Export.objects.get().filter == "show=pending&from=2025-11-28&to=2025-11-28"
    Order.objects.filter(pk=old.pk).update(state="need_human", fault="manual_tier")
    rows = csv_rows(ask("", **span))
    assert [row["Order number"] for row in rows] == [old.order_number]
    numbers = {row["Order number"] for row in csv_rows(ask("show=all", **span))}
    assert numbers == {old.order_number, done.order_number}
    assert new.order_number not in numbers
