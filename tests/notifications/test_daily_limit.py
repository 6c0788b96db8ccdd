"""The mails of a day: strangers use up none of others' mails, and no answer tells who has joined."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails.models import Message
from shop.notifications.emails.order_links import queue_links_of_address
from shop.orders.models import Order
from shop.orders.placing import ANYBODY, Caller
from tests.buckets import full_buckets
from tests.factories import (
    make_application,
    make_order,
    make_packed_order,
    make_staff,
    make_user,
    pack_all,
)
from tests.notifications.sent import send_all
from tests.pages import Response, visitor, words

pytestmark = pytest.mark.django_db

EMAIL = "quota@example.net"


def recipients(mailoutbox: list[EmailMessage]) -> list[str]:
    return [mail.to[0] for mail in mailoutbox]


def placed_by(caller: Caller) -> Order:
    """A packed order for EMAIL: two mails."""
    order = make_order(caller=caller, user_email=EMAIL)
    pack_all()
    order.refresh_from_db()
    return order


@pytest.mark.parametrize("genuine", ["application", "user"])
def test_strangers_orders_hold_back_no_mail_of_a_known_orderer(
    genuine: str, mailoutbox: list[EmailMessage]
) -> None:
    for _ in range(3):
        placed_by(ANYBODY)
    send_all()
    assert recipients(mailoutbox) == [EMAIL] * 5
    known = {"application": Caller(make_application()), "user": Caller(user=make_user())}
    order = placed_by(known[genuine])
    send_all()
    sent = order.messages.filter(recipient=EMAIL, state="sent")
    assert [message.kind for message in sent] == ["received", "invitation"]


def test_known_orderers_mails_are_limited_as_well(mailoutbox: list[EmailMessage]) -> None:
    caller = Caller(make_application())
    for _ in range(3):
        placed_by(caller)
    send_all()
    assert recipients(mailoutbox) == [EMAIL] * 5
    # Nor do they use up those of strangers.
    placed_by(ANYBODY)
    send_all()
    assert recipients(mailoutbox) == [EMAIL] * 7


def test_mails_about_signing_in_do_not_count(mailoutbox: list[EmailMessage]) -> None:
    now = timezone.now()
    for kind in ("password", "code", "change", "packed"):
        fields = {"recipient": EMAIL, "language": "en", "state": "sent", "sent_at": now}
        Message.objects.bulk_create(Message(kind=kind, **fields) for _ in range(5))
    placed_by(ANYBODY)
    send_all()
    assert recipients(mailoutbox) == [EMAIL] * 2


def test_staff_see_why_a_mail_waits(settings: Settings) -> None:
    settings.MAILS_A_DAY = 1
    order = placed_by(ANYBODY)
    send_all()
    page = words(visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/"))
    assert "Held back: the address has had its mails of today." in page
    Message.objects.update(sent_at=timezone.now() - timedelta(days=1))
    Message.objects.update(next_attempt_at=timezone.now())
    send_all()
    assert set(order.messages.values_list("state", "last_error")) == {("sent", "")}


def test_links_to_orders_are_mailed_as_often_a_day(mailoutbox: list[EmailMessage]) -> None:
    make_order(user_email=EMAIL)
    Message.objects.all().delete()
    for _ in range(7):
        queue_links_of_address(EMAIL, "en")
        send_all()
        two_hours_ago = timezone.now() - timedelta(hours=2)
        Message.objects.filter(state="sent").update(sent_at=two_hours_ago)
    assert recipients(mailoutbox) == [EMAIL] * 5
    assert [message.state for message in Message.objects.all()][-2:] == ["obsolete"] * 2


def addresses() -> dict[str, str]:
    """One address of each sort: of a member, of a user who has not joined, of nobody."""
    make_packed_order(user_email="unjoined@example.net")
    return {
        "known": make_user().email,
        "unjoined": "unjoined@example.net",
        "unknown": "unknown@example.net",
    }


def resend(order: Order) -> Response:
    return visitor().post(f"/register/{order.order_hash}/resend/", follow=True)


@pytest.mark.parametrize("orders", [1, 2, 3])
def test_sending_again_does_not_tell_who_has_joined(orders: int) -> None:
    said = {}
    for sort, email in addresses().items():
        full_buckets()
        Message.objects.filter(recipient=email).delete()
        for _ in range(4):
            Client().post("/account/password/reset/", {"email": email})
            Client().post("/account/login/code/", {"email": email})
        last = [make_order(user_email=email) for _ in range(orders)][-1]
        pack_all()
        send_all()
        page = words(resend(last))
        said[sort] = [
            sentence
            for sentence in ("A new e-mail is on its way.", "No new e-mail was sent:")
            if sentence in page
        ]
    expected = [["A new e-mail is on its way."], ["No new e-mail was sent:"]]
    assert said == dict.fromkeys(said, expected[orders == 3])


@pytest.mark.parametrize("hours", [23, 25])
def test_sending_again_does_not_tell_it_by_what_was_held_back(hours: int) -> None:
    # A member got all six mails; the others' sixth waited for a day.
    said = set()
    for email in addresses().values():
        Message.objects.filter(recipient=email).delete()
        last = [make_packed_order(user_email=email) for _ in range(3)][-1]
        send_all()
        then = timezone.now() - timedelta(hours=hours)
        Message.objects.filter(recipient=email, state="sent").update(sent_at=then)
        Message.objects.filter(recipient=email).update(
            created_at=then, next_attempt_at=timezone.now()
        )
        send_all()
        said.add("A new e-mail is on its way." in words(resend(last)))
    assert said == {hours == 25}


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/account/password/reset/", "Please wait a moment"),
        ("/account/login/code/", "Too many failed login attempts."),
    ],
)
def test_sign_in_mails_to_an_address_are_limited_a_day(
    path: str, sentence: str, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {
        "reset_password": "20/m/ip,3/d/key",
        "request_login_code": "20/m/ip,3/d/key",
    }
    found = {}
    for sort, email in addresses().items():
        full_buckets()
        Message.objects.filter(recipient=email).delete()
        pages = [
            words(visitor().post(path, {"email": email}, follow=True, REMOTE_ADDR=f"203.0.113.{n}"))
            for n in range(5)
        ]
        found[sort] = [sentence in page for page in pages]
        assert Message.objects.filter(recipient=email).count() == 3
    assert found == dict.fromkeys(found, [False] * 3 + [True] * 2)


def test_limit_of_sign_in_mails_is_set_outside_the_demo() -> None:
    from shop.settings.accounts import SIGN_IN_MAILS_A_DAY

    assert SIGN_IN_MAILS_A_DAY == 20
