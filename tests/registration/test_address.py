"""A wrong address: who may correct it on the order's page, and who may not."""

import re
import uuid

import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from shop.notifications.emails.models import Message
from shop.orders.member_orders import invite
from shop.orders.models import Order, OrderEvent
from shop.orders.open_orders import Owner
from shop.owner_cookie import COOKIE
from shop.tenancy.models import Client, User
from tests.factories import make_order, make_packed_order, make_project, make_user, pack_all
from tests.notifications.sent import html_of, send_all
from tests.pages import Response, at_checkout, error_beside, html, visitor, words
from tests.registration.states import order_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

NEW = "right@example.com"


def address_of(order: Order) -> str:
    return f"/register/{order.order_hash}/address/"


def correct(browser: Browser, order: Order, email: str = NEW) -> Response:
    return browser.post(address_of(order), {"user_email": email})


def is_corrected(order: Order) -> bool:
    return Order.objects.filter(pk=order.pk, user_email=NEW).exists()


def browser_of(order: Order) -> Browser:
    """The browser in which the order was placed."""
    owner_id, browser = str(uuid.uuid4()), visitor()
    browser.cookies[COOKIE] = owner_id
    Order.objects.filter(pk=order.pk).update(owner_digest=Owner(owner_id).digest)
    return browser


def test_customer_corrects_it_in_the_browser_in_which_they_ordered() -> None:
    browser, form = at_checkout()
    form |= {"client_name": "Film", "project_name": "Dreh", "user_email": "worng@example.com"}
    page = browser.post("/checkout/", form, follow=True)
    order = Order.objects.get()
    assert f'href="{address_of(order)}"' in html(page)
    page = browser.get(address_of(order))
    assert "go to w…@e….com" in words(page)
    assert "You can correct it 3 more times." in words(page)
    page = browser.post(address_of(order), {"user_email": NEW}, follow=True)
    assert "Corrected. All further e-mails go there" in words(page)
    assert is_corrected(order)


@pytest.mark.parametrize("who", ["placed_by", "owner", "client_admin"])
def test_who_ordered_corrects_it_signed_in(who: str) -> None:
    person, order = make_user(), make_packed_order()
    if who == "client_admin":
        assert order.delivered_client
        order.delivered_client.client_admin = person
        order.delivered_client.save()
    else:
        Order.objects.update(**{who: person})
    assert correct(visitor(person), order).status_code == 302
    assert is_corrected(order)
    assert order.events.get(kind=OrderEvent.Kind.ADDRESS).actor == person


@pytest.mark.parametrize("situation", ["pending", "packing", "packed", "need_human", "cancelled"])
def test_hash_alone_never_can(situation: str) -> None:
    order = order_in(situation)
    strangers = [visitor(), visitor(make_user()), browser_of(make_order(user_email="a@b.de"))]
    answers = [correct(stranger, order) for stranger in strangers]
    answers += [stranger.get(address_of(order)) for stranger in strangers]
    assert {answer.status_code for answer in answers} == {403}
    assert all(
        "Only the person who ordered can correct the address." in words(page) for page in answers
    )
    assert not is_corrected(order)
    assert not Message.objects.filter(kind="address").exists()


def test_staff_have_a_door_of_their_own() -> None:
    order = make_packed_order()
    assert correct(visitor(make_user(is_staff=True, is_superuser=True)), order).status_code == 403


def test_application_s_orders_belong_to_no_browser_without_a_cookie() -> None:
    order = make_packed_order()
    assert order.owner_digest is None
    browser = visitor()
    browser.cookies[COOKIE] = "None"
    assert correct(browser, order).status_code == 403


def test_address_before_is_told_without_a_name_or_a_link_to_the_order(
    mailoutbox: list[EmailMessage],
) -> None:
    order = make_packed_order(user_first_name="Nina", client_name="Geheimfilm")
    send_all()
    correct(browser_of(order), order)
    del mailoutbox[:]
    send_all()
    told, invited, receipt = mailoutbox
    assert (told.to, invited.to, receipt.to) == (["nicecustomer@gmx.com"], [NEW], [NEW])
    for text in (told.subject, told.body, html_of(told)):
        links = re.findall(r"https?://[^/]+(/[^\s\"<]*)", str(text))
        assert set(links) <= {"/contact/"}
        for secret in ("register", order.order_hash, NEW, "Nina", "Geheimfilm"):
            assert secret not in text
    assert f"/register/{order.order_hash}/join/" in invited.body


def test_faulty_address_is_told_beside_its_field() -> None:
    order = make_packed_order()
    page = correct(browser_of(order), order, "nobody")
    assert page.status_code == 422
    assert error_beside(page, "user_email").startswith("Please give an e-mail address")
    assert 'value="nobody"' in html(page)


def test_after_a_few_corrections_the_page_says_whom_to_ask() -> None:
    order = make_packed_order()
    browser = browser_of(order)
    for number in range(3):
        assert correct(browser, order, f"nina{number}@example.com").status_code == 302
    page = correct(browser, order)
    assert "It has been corrected several times already." in words(page)
    assert not is_corrected(order)


def test_page_of_a_member_who_has_joined_offers_it_no_more() -> None:
    order = make_packed_order()
    assert order.invitation
    order.invitation.used_at = order.created_at
    order.invitation.save()
    browser = browser_of(order)
    assert address_of(order) not in html(browser.get(f"/register/{order.order_hash}/"))
    assert "Either somebody has already joined" in words(correct(browser, order))
    assert not is_corrected(order)


@pytest.mark.usefixtures("stopped_clock")  # the pages tell the minute of the order
def test_known_and_unknown_addresses_are_told_alike_and_take_the_same_steps() -> None:
    seen = set()
    for email in (make_user(email="known@example.com").email, "kunknown@example.com"):
        order = make_packed_order(user_email=f"old-{email}")
        browser = browser_of(order)
        with CaptureQueriesContext(connection) as queries:
            answer = correct(browser, order, email)
        page = words(browser.get(f"/register/{order.order_hash}/"))
        seen.add((len(queries), answer.status_code, page.replace(str(order.order_number), "")))
    assert len(seen) == 1


def test_new_address_of_a_known_user_changes_nothing_of_them() -> None:
    known = make_user()
    before = User.objects.filter(pk=known.pk).values().get()
    order = make_packed_order(user_first_name="Eve", language="de")
    correct(browser_of(order), order, known.email)
    assert User.objects.filter(pk=known.pk).values().get() == before


def test_form_from_elsewhere_corrects_nothing() -> None:
    order = make_packed_order()
    browser = browser_of(order)
    browser.handler.enforce_csrf_checks = True
    assert correct(browser, order).status_code == 403
    assert not is_corrected(order)


def test_member_ordered_for_a_client_is_readdressed_by_its_client_admin_alone() -> None:
    """Neither by the browser, nor by a customer who has handed the client over since."""
    project = make_project()
    before, admin = project.client.client_admin, make_user()
    order = invite(project, before, {"user_email": "worng@example.com"})
    pack_all()
    browser = browser_of(order)
    assert correct(browser, order).status_code == 403
    browser.force_login(before)
    assert browser.get(address_of(order)).status_code == 200
    Client.objects.update(client_admin=admin)
    assert correct(browser, order).status_code == 403
    assert visitor(admin).get(address_of(order)).status_code == 200
    assert not is_corrected(order)


def test_address_written_in_other_capitals_is_not_told_that_it_is_no_longer_one() -> None:
    order = make_packed_order(user_email="right@Example.com")
    assert correct(browser_of(order), order).status_code == 302
    assert is_corrected(order)
    assert not Message.objects.filter(kind="address").exists()
