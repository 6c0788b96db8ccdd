"""Orders as a file."""

import csv
import io
import json
from typing import Any

import pytest
from django.contrib.auth.models import Group

from portal.backoffice.models import Export
from portal.backoffice.queue import order_export
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import make_order, make_packed_order, make_staff
from tests.pages import visitor

pytestmark = pytest.mark.django_db


def exporter() -> User:
    person = make_staff("agent")
    person.groups.add(Group.objects.get(name="export"))
    return person


def file(query: str = "", kind: str = "csv", user: User | None = None) -> str:
    answer = visitor(user or exporter()).get(f"/staff/export.{kind}?{query}")
    assert answer.status_code == 200
    assert answer.streaming
    return answer.getvalue().decode()


def lines(text: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_file_holds_the_filtered_orders_oldest_first() -> None:
    orders = [make_order(client_name=name) for name in ("Erste", "Zweite")]
    make_packed_order(client_name="Dritte")
    Order.objects.filter(pk=orders[0].pk).update(state="need_human", fault="manual_tier")
    Order.objects.filter(pk=orders[1].pk).update(state="has_packing_errors")
    rows = lines(file())
    assert [row["client_name"] for row in rows] == ["Erste", "Zweite"]
    assert rows[0]["order_number"] == orders[0].order_number
    assert rows[0]["fault"] == "manual_tier"
    assert rows[0]["user_email"] == "nicecustomer@gmx.com"
    assert rows[0]["created_at"] == orders[0].created_at.isoformat()
    assert [row["client_name"] for row in lines(file("show=packed"))] == ["Dritte"]
    assert len(lines(file("show=all"))) == 3


def test_file_holds_each_order_once_however_many_reads_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(order_export, "AT_ONCE", 2)
    numbers = [make_order().order_number for _ in range(5)]
    rows = lines(file("show=pending&sort=changed"))
    assert [row["order_number"] for row in rows] == numbers


def test_no_hash_leaves_the_house() -> None:
    order = make_order()
    for kind in ("csv", "jsonl"):
        exported = file("show=all", kind)
        assert "Constantin Film" in exported
        assert order.order_hash not in exported


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_cell_is_no_formula(sign: str) -> None:
    make_order(client_name=f"{sign}HYPERLINK(1)", project_name=f"Der {sign} Dreh")
    [row] = lines(file("show=pending"))
    assert row["client_name"] == f"'{sign}HYPERLINK(1)"
    assert row["project_name"] == f"Der {sign} Dreh"


@pytest.mark.parametrize("sign", ["\t", "\r", "\n"])
def test_cell_that_begins_with_a_control_sign_is_no_formula(sign: str) -> None:
    Order.objects.filter(pk=make_order().pk).update(client_name=f"{sign}=1")
    assert f"'{sign}=1" in file("show=pending")


def test_json_lines_hold_values_as_they_are() -> None:
    order = make_order(client_name="=Film & Söhne")
    [line] = file("show=pending", "jsonl").splitlines()
    row = json.loads(line)
    assert row["client_name"] == "=Film & Söhne"
    told = (row["order_number"], row["net_cents"], row["attempts"])
    assert told == (order.order_number, order.net_cents, 0)
    assert row["taken_by"] is None


def test_export_is_written_down(caplog: pytest.LogCaptureFixture) -> None:
    make_order()
    make_order()
    person = exporter()
    with caplog.at_level("INFO"):
        file("show=pending&tier=s&q=", user=person)
    export = Export.objects.get()
    assert (export.user, export.format, export.number) == (person, "csv", 2)
    assert export.filter == "show=pending&tier=s"
    assert f"took 2 orders out, by user {person.pk}." in caplog.text


def test_export_that_is_cut_short_is_written_down_all_the_same() -> None:
    make_order()
    answer = visitor(exporter()).get("/staff/export.csv?show=all")
    next(iter(answer))
    assert Export.objects.get().number is None


@pytest.mark.parametrize("group", ["viewer", "agent", "admin", None])
def test_export_needs_its_permission(group: str | None) -> None:
    person = make_staff("agent")
    if group:
        person.groups.add(Group.objects.get(name=group))
    make_order()
    browser = visitor(person)
    for kind in ("csv", "jsonl"):
        assert browser.get(f"/staff/export.{kind}").status_code == 403
    assert b"export.csv" not in browser.get("/staff/?show=all").content
    assert Export.objects.count() == 0


def test_page_leads_to_the_file_of_what_it_shows() -> None:
    make_order()
    page = visitor(exporter()).get("/staff/?show=pending&tier=s")
    assert b'href="/staff/export.csv?show=pending&amp;tier=s"' in page.content
    assert b'href="/staff/export.jsonl?show=pending&amp;tier=s"' in page.content


@pytest.mark.parametrize("name", ["Film;=1+1", "Film;+1", "；", "＝1+1", "＠SUM(A1)"])
def test_no_cell_is_a_formula_where_semicolons_part_cells_either(name: str) -> None:
    make_order(client_name=name)
    text = file("show=all")
    for separator in ",;":
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=separator):
            assert not any(
                cell.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) for cell in row
            )
