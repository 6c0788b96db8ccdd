"""Cancelling an order on its page: who may, by which link, and when it is too late."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from shop.orders.cancel_links import cancel_token
from shop.orders.corrections import readdress
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from shop.orders.states import transition
from shop.tenancy.models import Client
from tests.factories import (
    bystander,
    make_application,
    make_client,
    make_order,
    make_project,
    make_user,
)
from tests.notifications.sent import send_all
from tests.pages import assert_left_out, at_checkout, html, summary, visitor, words
from tests.registration.states import order_in
from tests.registration.test_address import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

CANCELLABLE = ["pending", "details", "has_packing_errors", "mendable", "need_human"]
LATE = ["packing", "packed"]


def cancel_path(order: Order, rest: str = "") -> str:
    return f"/register/{order.order_hash}/cancel/{rest}"


def state_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def mailed_path(mailoutbox: list[EmailMessage]) -> str:
    """The path of the link to cancel, in the mail that came last."""
    send_all()
    found = re.search(r"https?://[^/\s]+(/register/\w+/cancel/\S+)", str(mailoutbox[-1].body))
    assert found
    return found[1]


@pytest.mark.parametrize("situation", [*CANCELLABLE, *LATE, "cancelled"])
def test_page_leads_to_cancelling_while_that_is_possible(situation: str) -> None:
    order = order_in(situation)
    link = f'href="{cancel_path(order)}">Cancel the order'
    page = html(visitor().get(f"/register/{order.order_hash}/"))
    assert (link in page) == (situation in CANCELLABLE)


@pytest.mark.parametrize("situation", CANCELLABLE)
def test_browser_that_placed_it_cancels_it_with_a_reason(situation: str) -> None:
    with bystander():
        order = order_in(situation)
        browser = browser_of(order)
        asked = words(browser.get(cancel_path(order)))
        assert (
            "Cancel this order? Nothing will be set up, and you won't have to pay anything."
            in asked
        )
        assert state_of(order) == order.state
        page = browser.post(cancel_path(order), {"reason": " Wrong \r\n plan. "}, follow=True)
    assert "Your order is cancelled." in words(page)
    assert "The reason: Wrong plan." in words(page)
    event = order.events.get(state="cancelled")
    assert (event.note, event.actor, event.details) == ("Wrong plan.", None, {"by": "customer"})


def test_order_of_the_checkout_is_cancelled_without_a_reason() -> None:
    browser, form = at_checkout()
    form |= {"client_name": "Film", "project_name": "Dreh", "user_email": "nina@example.com"}
    page = browser.post("/checkout/", form, follow=True)
    order = Order.objects.get()
    assert_left_out("Total per month", there=words(page), here=words(
        browser.post(cancel_path(order), {"reason": ""}, follow=True)
    ))  # fmt: skip
    assert state_of(order) == "cancelled"
    assert order.events.get(state="cancelled").note == ""


def test_incomplete_order_that_was_cancelled_did_not_lapse() -> None:
    order = order_in("details")
    page = browser_of(order).post(cancel_path(order), {"reason": ""}, follow=True)
    assert "Your order is cancelled." in words(page)
    assert "missing for too long" not in words(page)


@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_with_the_hash_cancels_nothing(method: str) -> None:
    order = order_in("need_human")
    for browser in (visitor(), visitor(make_user()), browser_of(make_order())):
        answer = getattr(browser, method)(cancel_path(order), {"reason": "Mine."})
        assert answer.status_code == (200 if method == "get" else 403)
        assert "Only the person who ordered can cancel" in words(answer)
        assert 'name="reason"' not in html(answer)
    assert state_of(order) == "need_human"


def test_mailed_link_asks_and_then_cancels(mailoutbox: list[EmailMessage]) -> None:
    order = order_in("need_human")
    page = visitor().post(cancel_path(order, "link/"), follow=True)
    assert "a link to cancel it is on its way there" in words(page)
    path = mailed_path(mailoutbox)
    mail = mailoutbox[-1]
    assert (mail.to, mail.subject) == (
        [order.user_email],
        "Möchten Sie Ihre Bestellung stornieren?",
    )
    browser = visitor()
    assert 'name="reason"' in html(browser.get(path))
    assert state_of(order) == "need_human"
    page = browser.post(path, {"reason": ""}, follow=True)
    assert page.redirect_chain[-1][0] == f"/register/{order.order_hash}/"
    assert state_of(order) == "cancelled"


def test_answer_is_the_same_where_nobody_can_be_written_to() -> None:
    with_address, without = order_in("need_human"), order_in("details")
    assert without.user_email is None
    texts = []
    for order in (with_address, without):
        page = visitor().post(cancel_path(order, "link/"), follow=True)
        texts.append(words(page).replace(str(order.order_number), "…"))
    assert texts[0] == texts[1]
    assert with_address.messages.filter(kind="cancel_order").count() == 1
    assert not without.messages.filter(kind="cancel_order").exists()


def test_link_of_another_order_or_time_or_address_cancels_nothing(settings: Settings) -> None:
    order, other = order_in("need_human"), order_in("need_human")
    old = cancel_token(order)
    for token in (cancel_token(other), "damaged", old[:-1]):
        answer = visitor().post(cancel_path(order, f"{token}/"), {"reason": ""})
        assert answer.status_code == 410
        assert "This link no longer works. " in words(answer)
    assert readdress(order, "other@example.com", actor=None)
    assert visitor().post(cancel_path(order, f"{old}/"), {"reason": ""}).status_code == 410
    fresh = cancel_token(Order.objects.get(pk=order.pk))
    settings.CANCEL_LINK_DAYS = 0
    assert visitor().post(cancel_path(order, f"{fresh}/"), {"reason": ""}).status_code == 410
    assert state_of(order) == "need_human"
    settings.CANCEL_LINK_DAYS = 3
    visitor().post(cancel_path(order, f"{fresh}/"), {"reason": ""})
    assert state_of(order) == "cancelled"


def test_links_about_one_order_are_three_an_hour(settings: Settings) -> None:
    settings.MAILS_A_DAY = 20
    order = order_in("need_human")
    for _ in range(4):
        visitor().post(cancel_path(order, "link/"))
    sent = order.messages.filter(kind="cancel_order")
    assert sent.count() == 3
    sent.update(created_at=timezone.now() - timedelta(hours=2))
    visitor().post(cancel_path(order, "link/"))
    assert sent.count() == 4


def test_links_count_as_mails_to_the_address(settings: Settings) -> None:
    settings.MAILS_A_DAY = 2
    order = order_in("need_human")
    assert order.messages.count() == 1  # the receipt, which says that staff review the order
    for _ in range(3):
        visitor().post(cancel_path(order, "link/"))
    assert order.messages.filter(kind="cancel_order").count() == 1


def test_link_is_not_mailed_once_the_order_is_set_up() -> None:
    order = make_order()
    visitor().post(cancel_path(order, "link/"))
    assert transition(order, State.PACKING)
    send_all()
    assert order.messages.get(kind="cancel_order").state == "obsolete"


@pytest.mark.parametrize(
    ("situation", "told"),
    [
        ("packing", "We're setting this up right now."),
        ("packed", "You can cancel the contract instead."),
    ],
)
def test_what_is_set_up_meanwhile_is_told_kindly(situation: str, told: str) -> None:
    order = order_in(situation)
    browser, path = browser_of(order), cancel_path(order, f"{cancel_token(order)}/")
    for way in (cancel_path(order), path):
        assert told in words(browser.get(way))
        late = browser.post(way, {"reason": "Too late."})
        assert (late.status_code, told in words(late)) == (409, True)
    assert state_of(order) == situation


def test_cancelled_order_leads_to_its_page() -> None:
    order = order_in("cancelled")
    for method in ("get", "post"):
        answer = getattr(browser_of(order), method)(cancel_path(order))
        assert (answer.status_code, answer["Location"]) == (302, f"/register/{order.order_hash}/")
    assert order.events.filter(state="cancelled").count() == 1


def test_reason_has_at_most_500_characters_and_is_not_lost() -> None:
    order = order_in("need_human")
    page = browser_of(order).post(cancel_path(order), {"reason": "x" * 501})
    assert page.status_code == 422
    assert "Reason" in summary(page)
    assert "x" * 501 in html(page)
    assert state_of(order) == "need_human"


def of_client(admin: Any, **more: Any) -> Order:
    client = make_client(client_admin=admin)
    members = {"client_id": client.pk, "client_name": None, "client_admin": admin}
    return make_order("xl", Caller(user=admin), **members, **more)


def cancels(browser: Browser, order: Order) -> bool:
    browser.post(cancel_path(order), {"reason": ""})
    return state_of(order) == "cancelled"


def test_order_for_a_client_is_cancelled_by_its_orderer_and_its_client_admin() -> None:
    admin, successor = make_user(), make_user()
    mine, theirs = of_client(admin), of_client(admin)
    assert not cancels(browser_of(mine), mine)
    assert not cancels(visitor(successor), theirs)
    Client.objects.filter(client_admin=admin).update(client_admin=successor)
    assert cancels(visitor(successor), theirs)
    assert theirs.events.get(state="cancelled").actor == successor
    assert cancels(visitor(admin), mine)


def test_invitation_is_cancelled_by_who_invites_and_never_by_the_invited(
    mailoutbox: list[EmailMessage],
) -> None:
    admin = make_user(language="en")
    project = make_project(client=make_client(client_admin=admin))
    members: dict[str, Any] = {
        "client_id": project.client_id,
        "project_id": project.pk,
        "client_admin": admin,
    }
    members |= {"client_name": None, "project_name": None, "user_email": "carla@example.com"}
    order = make_order("s", Caller(user=admin), **members)
    visitor().post(cancel_path(order, "link/"))
    mailed_path(mailoutbox)
    assert mailoutbox[-1].to == [admin.email]
    asked = words(visitor(admin).get(cancel_path(order)))
    assert "Cancel this invitation? It is not sent" in asked
    page = visitor(admin).post(cancel_path(order), {"reason": ""}, follow=True)
    assert "The invitation is cancelled." in words(page)
    assert order.events.get(state="cancelled").actor == admin


def test_customer_is_told_by_whom_it_was_cancelled(mailoutbox: list[EmailMessage]) -> None:
    order = make_order("xl", Caller(application=make_application()), language="en")
    browser_of(order).post(cancel_path(order), {"reason": "See https://evil.example " + "x" * 80})
    send_all()
    body = str(mailoutbox[-1].body)
    assert "Your order was cancelled, as requested on its page." in body
    assert "Reason given: “See https:" in body
    assert "evil.example" not in body
    assert "x" * 60 not in body
