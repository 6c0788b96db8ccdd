"""Assigning orders, follow-ups, notes, and appointing a client_admin."""

from datetime import date
from typing import Any

import pytest

from shop.orders.assignment import appoint_client_admin, assign, set_follow_up, unassign
from shop.orders.models import Order
from shop.tenancy.client_admins import appoint
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client, User
from tests.factories import make_client, make_order, make_packed_order, make_staff, make_user
from tests.pages import Response, error_beside, fields, html, visitor, words

pytestmark = pytest.mark.django_db


def fresh(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def post(staff: User, order: Order, what: str, /, **form: Any) -> Response:
    return visitor(staff).post(f"/staff/orders/{order.pk}/{what}/", form, follow=True)


def test_order_is_taken_and_handed_back_with_history() -> None:
    order, staff = make_order(), make_staff("agent")
    page = post(staff, order, "take", taken_by="")
    assert "The order is assigned to you. " in words(page)
    assert "Assigned to you." in words(page)
    assert fresh(order).taken_by == staff
    page = post(staff, order, "hand-back")
    assert "Not assigned yet." in words(page)
    assert fresh(order).taken_by is None
    kinds = list(order.events.filter(actor=staff).values_list("kind", flat=True))
    assert kinds == ["taken", "handed_back"]


def test_who_takes_second_reads_who_was_faster() -> None:
    order, first = make_order(), make_staff("agent", first_name="Ada", last_name="Eins")
    second = make_staff("agent")
    page = visitor(second).get(f"/staff/orders/{order.pk}/")
    post(first, order, "take", taken_by="")
    page = post(second, order, "take", seen=fields(page)["seen"], taken_by="")
    assert "Ada Eins was faster" in words(page)
    assert fresh(order).taken_by == first


def test_order_is_taken_over_from_whom_the_page_shows() -> None:
    order, first, second = make_order(), make_staff("agent"), make_staff("agent")
    assign(order, first, actor=first)
    page = visitor(second).get(f"/staff/orders/{order.pk}/")
    assert "Take over" in words(page)
    post(second, order, "take", taken_by=fields(page)["taken_by"])
    assert fresh(order).taken_by == second
    assert "Mia Muster was faster" in words(post(first, order, "hand-back"))


def test_two_that_take_at_once_do_not_both_win() -> None:
    order, first, second = make_order(), make_staff("agent"), make_staff("agent")
    mine, theirs = fresh(order), fresh(order)
    assert assign(mine, first, actor=first)
    assert not assign(theirs, second, actor=second)
    assert not unassign(theirs, second)
    assert fresh(order).taken_by == first
    assert order.events.filter(kind="taken").count() == 1


def test_assignment_and_follow_up_do_not_change_how_long_an_order_waits() -> None:
    order, staff = make_order(), make_staff("agent")
    assign(order, staff, actor=staff)
    set_follow_up(order, staff, date(2030, 1, 2))
    assert fresh(order).updated_at == order.updated_at


def test_note_is_kept_and_shown_as_typed() -> None:
    order, staff = make_order(), make_staff("agent")
    page = post(staff, order, "note", text="Rang <b>twice</b>.")
    assert "Rang &lt;b&gt;twice&lt;/b&gt;." in html(page)
    assert order.events.get(kind="note").actor == staff


@pytest.mark.parametrize("text", ["", "  ", "x" * 4001])
def test_note_with_a_fault_is_told_and_not_lost(text: str) -> None:
    page = post(make_staff("agent"), make_order(), "note", text=text)
    assert page.status_code == 422
    assert error_beside(page, "note_text")
    assert text in html(page)


def test_day_to_look_again_is_kept_and_taken_back() -> None:
    order, staff = make_order(), make_staff("agent")
    page = post(staff, order, "follow-up", on="2030-01-02")
    assert "Follow-up on 2 January 2030." in words(page)
    assert fresh(order).follow_up_on == date(2030, 1, 2)
    assert fields(page)["on"] == "2030-01-02"
    assert "You have already done this" in words(post(staff, order, "follow-up", on="2030-01-02"))
    post(staff, order, "follow-up", on="")
    assert fresh(order).follow_up_on is None
    details = order.events.filter(kind="follow_up").values_list("details", flat=True)
    assert list(details) == [{"on": "2030-01-02"}, {"on": None}]


def test_day_that_is_none_is_told() -> None:
    page = post(make_staff("agent"), make_order(), "follow-up", on="soon")
    assert page.status_code == 422
    assert error_beside(page, "follow_up_on")


def client_of(order: Order) -> Client:
    assert order.delivered_client
    return order.delivered_client


def test_another_client_admin_is_appointed() -> None:
    order, staff, heir = make_packed_order(), make_staff("admin"), make_user()
    page = visitor(staff).get(f"/staff/orders/{order.pk}/")
    form = {"instead_of": fields(page)["instead_of"], "user": heir.email.upper(), "confirm": "on"}
    page = post(staff, order, "client-admin", **form)
    assert f"{heir.email} now administers the client." in words(page)
    assert Client.objects.get().client_admin == heir
    event = order.events.get(kind="client_admin")
    assert (event.actor, event.details) == (staff, {"client_admin": heir.email})
    page = post(staff, order, "client-admin", **form)
    assert "You have already done this" in words(page)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"user": "nobody@example.com"}, "user"),
        ({"user": "nicecustomer@gmx.com"}, "user"),  # invited, has not joined
        ({"confirm": ""}, "confirm"),
    ],
)
def test_client_goes_to_nobody_by_mistake(form: dict[str, str], field: str) -> None:
    order, heir = make_packed_order(), make_user()
    before = client_of(order).client_admin
    filled = {"instead_of": str(before.pk), "user": heir.email, "confirm": "on", **form}
    page = post(make_staff("admin"), order, "client-admin", **filled)
    assert page.status_code == 422
    assert error_beside(page, f"client_admin_{field}")
    assert Client.objects.get().client_admin == before


def test_two_that_appoint_at_once_do_not_both_win() -> None:
    client, first, second = make_client(), make_user(), make_user()
    mine, theirs = Client.objects.get(), Client.objects.get()
    assert appoint(mine, first)
    assert not appoint(theirs, second)
    client.refresh_from_db()
    assert client.client_admin == first


def test_whose_account_was_deleted_meanwhile_is_not_appointed() -> None:
    order, heir = make_packed_order(), make_user()
    erase_user(User.objects.get(pk=heir.pk))
    assert not appoint_client_admin(order, heir, make_staff())
    assert client_of(order).client_admin != heir


def test_colleagues_are_named() -> None:
    staff = make_staff("agent", first_name="Ada", last_name="Eins", email="ada@slate.example")
    bea = make_staff("agent", first_name="Bea", last_name="Berg", email="bea@slate.example")
    order = make_order()
    assert "Bea Berg · bea@slate.example" in words(visitor(staff).get(f"/staff/orders/{order.pk}/"))
    page = words(post(staff, order, "assign", taken_by="", assignee=bea.pk))
    assert "The order is assigned to Bea Berg, who is told by e-mail." in page
    assert "Assigned to Bea Berg." in page
    assert "assigned by Ada Eins" in page
