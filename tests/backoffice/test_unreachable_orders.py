"""Orders whose mails come back are among those that need staff, with the reason in words."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from portal.backoffice.queue.queue_counts import count_waiting
from shop.notifications.emails.kinds import email_for, render
from shop.notifications.emails.models import Message
from shop.notifications.emails.staff_digest import queue_staff_digest
from shop.operations.held_messages import DROPPED
from shop.orders.models import Order
from tests.factories import make_packed_order, make_staff
from tests.notifications.mail_server import Replies, mail_server
from tests.notifications.sent import send_all
from tests.pages import Response, html, visitor, words
from tests.registration.states import order_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

LOST = "Our e-mail could not be delivered"


def refuse_all() -> None:
    with mail_server(Replies(rcpt="550 5.1.1 User unknown")):
        send_all()


def listed(query: str = "") -> set[int]:
    page = html(visitor(make_staff("viewer")).get(f"/staff/{query}"))
    return {pk for pk in Order.objects.values_list("pk", flat=True) if f"/orders/{pk}/" in page}


def press(order: Order, message: Message) -> Response:
    path = f"/staff/orders/{order.pk}/mails/{message.pk}/"
    return visitor(make_staff("agent")).post(path, follow=True)


@pytest.mark.parametrize("situation", ["pending", "details", "packed", "packing", "need_human"])
def test_order_whose_mail_was_refused_is_listed_once_until_it_is_resolved(situation: str) -> None:
    order, other = order_in(situation), make_packed_order(user_email="other@example.com")
    if situation == "details":
        Order.objects.filter(pk=order.pk).update(user_email="a@example.com")
        order.messages.create(kind="received", recipient="a@example.com", language="en")
    assert listed("?show=unreachable") == set()
    other.messages.update(state="sent")
    refuse_all()
    for query in ("", "?show=unreachable", "?failing=mail"):
        assert listed(query) == {order.pk}, query
    assert count_waiting().numbers["person"] == count_waiting().numbers["unreachable"] == 1
    assert LOST in words(visitor(make_staff("viewer")).get("/staff/"))
    Order.objects.update(unreachable_since=None)  # as a mail that is sent, or a correction, does
    assert listed("?show=unreachable") == set()


def test_page_of_the_order_says_what_the_server_said_and_what_helps() -> None:
    order = make_packed_order()
    refuse_all()
    page = words(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    assert "We have not been able to deliver e-mail to nicecustomer@gmx.com since" in page
    assert "nicecustomer@gmx.com: 550 5.1.1 User unknown" in page
    assert "Ask the customer for the right address" in page
    assert "invitation → nicecustomer@gmx.com refused" in page
    assert "Nothing to do: the order is done." not in page
    assert 'name="user_email"' in html(
        visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/")
    )


def test_digest_names_the_order_until_its_address_is_corrected() -> None:
    make_staff("agent")
    order = make_packed_order()
    long_ago = timezone.now() - timedelta(days=30)
    Order.objects.filter(pk=order.pk).update(updated_at=long_ago)
    refuse_all()
    queue_staff_digest(lambda: None)
    assert not Message.objects.filter(kind="alarm").exists()  # not for an hour
    Order.objects.update(unreachable_since=timezone.now() - timedelta(hours=2))
    queue_staff_digest(lambda: None)
    digest = Message.objects.get(kind="alarm")
    assert f"Order {order.order_number}: done · {LOST}." in render(digest).text
    assert not email_for(digest).is_obsolete()
    Order.objects.update(unreachable_since=None)
    assert email_for(digest).is_obsolete()


def test_overview_counts_refused_mails() -> None:
    make_packed_order()
    refuse_all()
    assert "1 × invitation" in words(visitor(make_staff("viewer")).get("/staff/overview/"))


def test_mail_that_was_refused_is_tried_again_and_staff_are_told_so() -> None:
    order = make_packed_order()
    refuse_all()
    page = press(order, order.messages.get(kind="received"))
    assert "We are trying nicecustomer@gmx.com once more." in words(page)
    assert "on its way" not in words(page)
    with mail_server(Replies()) as server:
        send_all()
    assert len(server.taken) == 1
    order.refresh_from_db()
    assert order.unreachable_since is None


def test_mail_beyond_the_limit_of_the_day_is_said_to_wait(settings: Settings) -> None:
    settings.MAILS_A_DAY = 1
    order = make_packed_order()
    send_all()
    page = press(order, order.messages.get(kind="received"))
    assert "The e-mail is waiting: nicecustomer@gmx.com has reached its limit" in words(page)


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("sending", "The e-mail is already being sent."),
        ("sent", "The e-mail was not sent again because it is no longer needed"),
    ],
)
def test_mail_that_is_not_sent_again_says_why(state: str, answer: str) -> None:
    order = make_packed_order()
    message = order.messages.get(kind="received")
    order.messages.update(state=state)
    if state == "sent":
        Order.objects.update(user_email="corrected@example.com")
    assert answer in words(press(order, message))
    assert order.messages.count() == 2


def test_mail_that_was_dropped_after_a_restore_can_be_sent_again() -> None:
    order = make_packed_order()
    send_all()
    receipt = order.messages.get(kind="received")
    order.messages.filter(pk=receipt.pk).update(state="obsolete")
    page = f"/staff/orders/{order.pk}/"
    again = f'action="{page}mails/{receipt.pk}/"'
    desk = visitor(make_staff("agent"))
    assert again not in desk.get(page).text
    order.messages.filter(pk=receipt.pk).update(last_error=DROPPED)
    assert again in desk.get(page).text
    assert "The e-mail is being sent again." in words(press(order, receipt))
    assert list(order.messages.filter(kind="received").values_list("state", flat=True)) == [
        *("obsolete", "waiting"),
    ]
