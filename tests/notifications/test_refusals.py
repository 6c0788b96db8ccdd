"""Mails that a real server refuses: for good, for now, or for reasons that are ours."""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.kinds import KINDS
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import MAX_ATTEMPTS
from shop.orders.cancellation import cancel
from shop.orders.corrections import readdress
from shop.orders.models import Order
from shop.orders.reachability import mark_unreachable
from tests.factories import make_order, make_packed_order, make_staff, make_user
from tests.notifications.each_kind import make_message
from tests.notifications.mail_server import CUT, Replies, mail_server
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db

UNKNOWN = "550 5.1.1 User unknown"
TO = "nicecustomer@gmx.com"


def send_with(replies: Replies, **settings: Any) -> Replies:
    with mail_server(replies, **settings):
        send_all()
    return replies


def is_unreachable(order: Order) -> bool:
    return Order.objects.filter(pk=order.pk, unreachable_since__isnull=False).exists()


@pytest.mark.parametrize(
    "reply",
    [UNKNOWN, "551 No such user here", "552 Mailbox full", "553 Name not allowed", "554 No"],
)
def test_recipient_that_is_refused_for_good_ends_the_mail_at_once(reply: str) -> None:
    order, other = make_order(), make_order(user_email="other@example.com")
    server = send_with(Replies(rcpt=reply, only_to=TO))
    assert [to for to, _mail in server.taken] == [["other@example.com"]]
    message = order.messages.get()
    assert (message.state, message.attempts) == ("refused", 1)
    assert message.last_error == f"{TO}: {reply}"
    assert message.lease_until is None
    assert is_unreachable(order)
    assert not is_unreachable(other)
    Message.objects.update(next_attempt_at=timezone.now())
    assert send_with(Replies()).taken == []


@pytest.mark.parametrize(
    "replies",
    [
        Replies(data=f"550 5.1.1 <{TO}> User unknown"),
        Replies(mail=f"550 5.1.1 {TO.upper()} does not exist"),
    ],
)
def test_recipient_that_is_named_later_or_earlier_is_refused_for_good(replies: Replies) -> None:
    order = make_order()
    send_with(replies)
    assert order.messages.get().state == "refused"
    assert is_unreachable(order)


@pytest.mark.parametrize(
    ("replies", "settings"),
    [
        (Replies(rcpt="450 4.2.1 Mailbox busy"), {}),
        (Replies(rcpt="421 4.3.2 Closing"), {}),
        (Replies(rcpt=CUT), {}),
        (Replies(mail="550 5.7.1 Sender rejected"), {}),
        (Replies(mail="553 5.7.1 <no-reply@localhost> Sender rejected"), {}),
        (Replies(data="554 5.7.1 Looks like spam"), {}),
        (Replies(data="451 Try later"), {}),
        (Replies(), {"EMAIL_HOST_USER": "shop", "EMAIL_HOST_PASSWORD": "wrong"}),
    ],
)
def test_reply_that_is_not_about_the_recipient_is_an_outage(
    replies: Replies, settings: dict[str, str]
) -> None:
    order = make_order()
    send_with(replies, **settings)
    message = order.messages.get()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.last_error
    assert not is_unreachable(order)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_mail_of_every_kind_ends_when_it_is_refused(kind: str, settings: Settings) -> None:
    message = make_message(kind, "en", settings)
    send_with(Replies(rcpt=UNKNOWN))
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("refused", 1)


def test_mail_that_is_given_up_after_an_outage_leaves_the_order_unreachable() -> None:
    order = make_order()
    Message.objects.update(attempts=MAX_ATTEMPTS - 1)
    send_with(Replies(rcpt="450 4.2.1 Mailbox busy"))
    assert order.messages.get().state == "failed"
    assert is_unreachable(order)


def test_refusal_of_the_orderer_s_own_address_is_not_that_of_the_order() -> None:
    orderer = make_user()
    order = make_packed_order()
    Message.objects.update(state="sent")
    order.messages.create(kind="packed", user=orderer, recipient=orderer.email, language="en")
    send_with(Replies(rcpt=UNKNOWN))
    assert order.messages.get(kind="packed").state == "refused"
    assert not is_unreachable(order)


def test_address_is_reached_again_by_the_next_mail_that_is_taken() -> None:
    order, other = make_packed_order(), make_order()
    send_with(Replies(rcpt=UNKNOWN))
    assert is_unreachable(order)
    order.messages.filter(kind="invitation").update(state="waiting")
    assert len(send_with(Replies()).taken) == 1
    assert not is_unreachable(order)
    assert is_unreachable(other)


@pytest.mark.parametrize("how", ["corrected", "cancelled"])
def test_order_is_no_longer_unreachable_once_that_does_not_matter(how: str) -> None:
    order = make_order("xl")
    Order.objects.update(unreachable_since=timezone.now())
    order.refresh_from_db()
    if how == "corrected":
        assert readdress(order, "right@example.com", actor=None)
    else:
        assert cancel(order, make_staff(), reason="")
    assert not is_unreachable(order)


def test_refusal_of_an_address_that_was_corrected_meanwhile_is_not_noted() -> None:
    read_before = make_order()
    order = Order.objects.get()
    assert readdress(order, "right@example.com", actor=None)
    mark_unreachable(read_before)
    assert not is_unreachable(order)
    mark_unreachable(order)
    assert is_unreachable(order)


def test_message_id_is_the_same_at_each_attempt_and_is_never_given_out_again() -> None:
    order = make_order()
    first = order.messages.get()
    ids = set()
    for _attempt in range(2):
        order.messages.update(state="waiting", next_attempt_at=timezone.now())
        ids.add(_message_id(send_with(Replies())))
    assert len(ids) == 1
    # As after a restore: another mail with the same primary key.
    order.messages.update(state="waiting", created_at=timezone.now())
    assert order.messages.get().pk == first.pk
    ids.add(_message_id(send_with(Replies())))
    assert len(ids) == 2


def test_sender_has_a_name() -> None:
    make_order()
    ((_to, mail),) = send_with(Replies()).taken
    assert b"\nFrom: Slate <no-reply@" in mail.replace(b"\r", b"")


def _message_id(server: Replies) -> str:
    ((_to, mail),) = server.taken
    (line,) = [line for line in mail.splitlines() if line.startswith(b"Message-ID:")]
    return line.decode()
