"""People's data: staff find a person, give out what is stored, and erase it."""

import json
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from portal.backoffice.audit_log import history_of
from portal.backoffice.models import Export
from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent, State
from shop.orders.states import transition
from shop.tenancy.departure_rows import DeletionWish
from shop.tenancy.models import Membership, User
from tests.accounts.factors import by_password_and_app
from tests.factories import (
    bystander,
    make_bare_order,
    make_client,
    make_membership,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
)
from tests.pages import error_beside, visitor, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

PEOPLE = "/staff/people/"
EMAIL = "uta@example.com"
NAMES = {"user_email": EMAIL, "user_first_name": "Uta", "user_last_name": "Unger"}


def officer() -> Client:
    return visitor(make_staff("privacy", "viewer"))


def found(browser: Client, email: str = EMAIL) -> str:
    """The address of a person's page, by searching for `email`."""
    answer = browser.post(PEOPLE, {"email": email})
    assert answer.status_code == 302
    return answer["Location"]


def cancelled_order(**members: Any) -> Order:
    """A finished order of somebody who has no account."""
    order = make_order("xl", **{**NAMES, **members})
    assert transition(order, State.CANCELLED, note="Uta rang twice.")
    return order


def test_member_is_found_by_address_in_any_case() -> None:
    user = make_user(email=EMAIL)
    page = officer()
    assert found(page, "UTA@Example.com") == f"{PEOPLE}accounts/{user.pk}/"


@pytest.mark.parametrize("typed", [f"Uta Unger <{EMAIL}>", f"mailto:{EMAIL}", f" „{EMAIL}“ "])
def test_person_is_found_by_an_address_with_something_around_it(typed: str) -> None:
    make_user(email="other@example.com")
    user = make_user(email=EMAIL)
    assert found(officer(), typed) == f"{PEOPLE}accounts/{user.pk}/"


def test_orderer_without_an_account_is_found_by_the_address_of_an_order() -> None:
    order = cancelled_order()
    path = found(officer(), EMAIL.upper())
    assert path == f"{PEOPLE}orders/{order.pk}/"
    page = words(officer().get(path))
    assert f"E-mail {EMAIL} Account none" in page
    assert str(order.order_number) in page


def test_unknown_address_is_not_found() -> None:
    cancelled_order()
    page = officer().post(PEOPLE, {"email": "uta@example.co"})
    assert page.status_code == 422
    assert error_beside(page, "email") == "Neither an account nor an order has this address."


def test_order_leads_to_its_person() -> None:
    order = cancelled_order()
    link = f'href="{PEOPLE}orders/{order.pk}/"'
    path = f"/staff/orders/{order.pk}/"
    for group in ("viewer", "agent"):
        page = visitor(make_staff(group)).get(path).content.decode()
        assert link in page


def test_page_shows_what_is_held_about_a_member() -> None:
    order = make_packed_order(**NAMES)
    page = words(officer().get(found(officer())))
    assert str(order.order_number) in page
    assert "OSD Yamdu Free · Constantin Film invited" in page
    assert "order received" in page
    assert "Constantin Film still needs this person: a contract runs" in page


def test_page_shows_time_zone_and_wish_to_be_deleted() -> None:
    user, plain = make_user(time_zone="Asia/Tokyo"), make_user()
    DeletionWish.objects.create(user=user)
    browser = visitor(make_staff("privacy"))
    page = words(browser.get(f"/staff/people/accounts/{user.pk}/"))
    assert "Asia/Tokyo" in page
    assert "Asked for deletion" in page
    page = words(browser.get(f"/staff/people/accounts/{plain.pk}/"))
    assert "the shop's" in page
    assert "Asked for deletion" not in page


def test_data_of_an_orderer_without_an_account_is_given_out() -> None:
    order = cancelled_order()
    with bystander():
        browser = officer()
        answer = browser.get(f"{found(browser)}data.json")
    held = json.loads(answer.content)
    assert held["email"] == EMAIL
    assert [each["order_number"] for each in held["orders"]] == [order.order_number]
    assert held["orders"][0]["user_last_name"] == "Unger"
    assert [each["state"] for each in held["orders"][0]["events"]][-1] == "cancelled"
    assert {each["recipient"] for each in held["messages"]} == {EMAIL}
    assert "bystander" not in answer.content.decode().lower()
    assert [line["what"] for line in history_of(order)] == ["data given out"]


def test_data_of_a_member_is_what_the_portal_gives_them() -> None:
    user = make_membership(user=make_user(email=EMAIL)).user
    answer = officer().get(f"{PEOPLE}accounts/{user.pk}/data.json")
    held = json.loads(answer.content)
    assert held["user"]["email"] == EMAIL
    assert len(held["memberships"]) == 1
    assert [line["what"] for line in history_of(user)] == ["data given out"]


def erased(browser: Client, path: str) -> None:
    question = browser.get(f"{path}erase/")
    assert question.status_code == 200
    refused = browser.post(f"{path}erase/")
    assert (refused.status_code, "Please tick the box" in words(refused)) == (422, True)
    answer = browser.post(f"{path}erase/", {"confirm": "on"})
    assert (answer.status_code, answer["Location"]) == (302, PEOPLE)


def test_orderer_without_an_account_is_erased_everywhere() -> None:
    with bystander():
        order = cancelled_order()
        chief = make_staff()
        Export.objects.create(user=chief, format="csv", filter="q=uta%40example.com")
        assert Message.objects.filter(recipient=EMAIL).exists()
        browser = visitor(chief)
        erased(browser, found(browser))
    order.refresh_from_db()
    assert (order.user_email, order.user_first_name, order.user_last_name) == (None, None, None)
    assert (order.tier_name, order.net_cents > 0) == ("XL", True)
    assert not Message.objects.filter(recipient=EMAIL).exists()
    assert "uta" not in Export.objects.get().filter
    event = OrderEvent.objects.get(order=order, state="cancelled")
    assert event.note == "… rang twice."
    (entry,) = history_of(order)
    assert (entry["what"], entry["actor"]) == ("person erased", chief)
    assert EMAIL not in str(list(LogEntry.objects.values()))
    assert browser.post(PEOPLE, {"email": EMAIL}).status_code == 422


def test_member_is_erased_and_the_row_stays_under_a_neutral_label() -> None:
    user = make_membership(user=make_user(email=EMAIL)).user
    chief = make_staff()
    with bystander():
        erased(visitor(chief), f"{PEOPLE}accounts/{user.pk}/")
    user = User.objects.get(pk=user.pk)
    assert str(user) == f"deleted account {user.pk}"
    assert (user.first_name, user.is_active, user.memberships.count()) == ("", False, 0)
    (entry,) = history_of(user)
    assert (entry["what"], entry["actor"]) == ("person erased", chief)
    assert EMAIL not in str(list(LogEntry.objects.values()))
    assert visitor(chief).get(f"{PEOPLE}accounts/{user.pk}/").status_code == 404


def test_person_who_was_invited_and_never_joined_is_erased() -> None:
    client = make_client()
    order = make_packed_order(**NAMES)
    member = order.member
    assert member
    assert order.delivered_client
    assert not member.is_active
    order.delivered_client.client_admin = client.client_admin
    order.delivered_client.save()
    erased(officer(), f"{PEOPLE}accounts/{member.pk}/")
    order.refresh_from_db()
    assert order.user_email is None
    assert not Membership.objects.filter(user=member).exists()


def test_whom_a_client_needs_is_not_erased_before_they_are_replaced() -> None:
    client = make_client(client_admin=make_user(email=EMAIL))
    make_membership(project=make_project(client=client))
    path = f"{PEOPLE}accounts/{client.client_admin.pk}/"
    browser = officer()
    for send in (browser.get, browser.post):
        page = send(f"{path}erase/", {"confirm": "on"}, follow=True)
        assert "A client still needs this person. The page says for what." in words(page)
    assert User.objects.filter(email=EMAIL, is_active=True).exists()


def test_colleague_is_erased_only_after_the_end_of_their_access() -> None:
    colleague, browser = make_staff("agent"), visitor(make_staff())
    path = f"{PEOPLE}accounts/{colleague.pk}/"
    page = browser.post(f"{path}erase/", {"confirm": "on"}, follow=True)
    assert "This is a colleague: end their access to the back office first." in words(page)
    assert User.objects.filter(email=colleague.email).exists()
    browser.post(f"/staff/colleagues/{colleague.pk}/end/")
    erased(browser, path)
    assert not User.objects.filter(email=colleague.email).exists()


def test_order_under_way_keeps_its_data_and_the_question_says_so() -> None:
    order = make_bare_order("s", user_email=EMAIL)
    browser = officer()
    path = found(browser)
    assert "1 order is under way and keeps what it was placed with" in words(
        browser.get(f"{path}erase/")
    )
    page = browser.post(f"{path}erase/", {"confirm": "on"}, follow=True)
    order.refresh_from_db()
    assert order.user_email == EMAIL
    assert "Erased, except in 1 order that is under way." in words(page)
    assert "The person has been erased." not in words(page)


def test_erasing_asks_for_the_factor_again(settings: Settings) -> None:
    order, staff = cancelled_order(), make_staff("privacy")
    browser = by_password_and_app(staff)
    settings.DEMO = False
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    for path in ("data.json", "erase/"):
        answer = browser.get(f"{PEOPLE}orders/{order.pk}/{path}")
        assert (answer.status_code, "/2fa/reauthenticate/" in answer["Location"]) == (302, True)


@pytest.mark.parametrize("what", ["user", "client", "project"])
def test_admin_deletes_nobody_not_even_in_bulk(what: str) -> None:
    project = make_membership().project
    rows: dict[str, Any] = {"user": make_user(), "client": project.client, "project": project}
    path = f"/staff/catalogue/tenancy/{what}/"
    chief = visitor(make_staff())
    assert "delete_selected" not in chief.get(path).content.decode()
    selected = {"action": "delete_selected", "_selected_action": rows[what].pk, "post": "yes"}
    chief.post(path, selected)
    assert chief.post(f"{path}{rows[what].pk}/delete/", {"post": "yes"}).status_code == 403
    assert type(rows[what]).objects.filter(pk=rows[what].pk).exists()


def test_admin_removes_no_member_beside_a_project() -> None:
    membership = make_membership()
    path = f"/staff/catalogue/tenancy/project/{membership.project.pk}/change/"
    page = visitor(make_staff()).get(path).content.decode()
    assert membership.user.email in page
    assert 'name="memberships-0-DELETE"' not in page
