"""Staff have mails and webhooks sent again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.emails.resend import Resent, send_again
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.corrections import readdress
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.tenancy.models import Invitation
from tests.factories import make_application, make_order, make_packed_order, make_staff
from tests.pages import Response, html, visitor, words

pytestmark = pytest.mark.django_db

SENT, FAILED, WAITING = Message.State.SENT, Message.State.FAILED, Message.State.WAITING


def press(order: Order, path: str) -> Response:
    browser = visitor(make_staff("agent"))
    return browser.post(f"/staff/orders/{order.pk}/{path}/", follow=True)


@pytest.mark.parametrize("state", [SENT, FAILED])
def test_mail_goes_out_anew_to_whom_it_went(state: str) -> None:
    order = make_order()
    order.messages.update(state=state, attempts=3)
    mail = order.messages.get()
    page = press(order, f"mails/{mail.pk}")
    assert "The e-mail is being sent again." in words(page)
    again = order.messages.exclude(pk=mail.pk).get()
    assert (again.kind, again.recipient) == ("received", "nicecustomer@gmx.com")
    assert (again.state, again.attempts) == (WAITING, 0)
    mail.refresh_from_db()
    assert mail.state == state
    event = order.events.get(kind="sent_again")
    assert event.actor
    assert "order received → nicecustomer@gmx.com" in words(page)
    assert "Mia Muster was faster" in words(press(order, f"mails/{mail.pk}"))
    assert order.messages.count() == 2


def test_mail_to_the_address_before_stays_there() -> None:
    order = make_order()
    order.messages.update(kind="address", state=SENT, recipient="old@example.com")
    press(order, f"mails/{order.messages.get().pk}")
    assert set(order.messages.values_list("recipient", flat=True)) == {"old@example.com"}
    assert order.messages.count() == 2


def test_mail_that_waits_for_its_next_attempt_goes_at_once() -> None:
    order = make_order()
    late = timezone.now() + timedelta(hours=1)
    order.messages.update(next_attempt_at=late, attempts=4)
    mail = order.messages.get()
    assert "Send now" in words(visitor(make_staff("agent")).get(f"/staff/orders/{order.pk}/"))
    press(order, f"mails/{mail.pk}")
    mail.refresh_from_db()
    assert mail.next_attempt_at <= timezone.now()
    assert mail.attempts == 0
    assert "Mia Muster was faster" in words(press(order, f"mails/{mail.pk}"))


def test_invitation_goes_out_with_a_new_link_that_ends_the_old_one() -> None:
    order = make_packed_order()
    order.messages.update(state=SENT)
    mail = order.messages.get(kind="invitation")
    press(order, f"mails/{mail.pk}")
    order.refresh_from_db()
    assert order.invitation
    assert order.invitation.counter == 2
    assert order.messages.filter(dedupe_key="invitation:2", state=WAITING).count() == 1
    assert "Mia Muster was faster" in words(press(order, f"mails/{mail.pk}"))
    assert order.messages.filter(kind="invitation").count() == 2


def test_invitation_that_was_used_is_not_sent_again() -> None:
    order = make_packed_order()
    order.messages.update(state=SENT)
    assert order.invitation
    order.invitation.used_at = timezone.now()
    order.invitation.save()
    press(order, f"mails/{order.messages.get(kind='invitation').pk}")
    assert order.messages.filter(kind="invitation").count() == 1
    assert not order.events.filter(kind="sent_again").exists()


def test_two_that_send_again_at_once_send_once() -> None:
    order, staff = make_order(), make_staff("agent")
    order.messages.update(state=SENT)
    mine, theirs = (Message.objects.select_related("order__invitation").get() for _ in range(2))
    assert send_again(mine, staff) == Resent.QUEUED
    assert send_again(theirs, staff) == Resent.TOO_LATE
    assert order.messages.count() == 2


def test_mail_of_another_order_is_not_there() -> None:
    order, other = make_order(), make_order()
    assert press(order, f"mails/{other.messages.get().pk}").status_code == 404


def with_webhooks() -> Order:
    caller = Caller(application=make_application())
    order = make_order("xl", caller, redirection_uri="http://127.0.0.1:9/hook")
    delivery = order.deliveries.get()
    for at in range(3):
        Attempt.objects.create(
            delivery=delivery, at=timezone.now(), milliseconds=12 + at, status=503, answer="<no>"
        )
    Delivery.objects.update(state=Delivery.State.FAILED, attempts=10)
    return order


def test_webhooks_are_shown_with_their_attempts() -> None:
    order = with_webhooks()
    page = visitor(make_staff("viewer")).get(f"/staff/orders/{order.pk}/")
    for fact in ("503 · 12 ms · <no>", "503 · 14 ms", "127.0.0.1:9", "given up"):
        assert fact in words(page)
    assert "<no>" not in html(page)


@pytest.mark.parametrize("which", ["one", "all"])
def test_webhook_goes_out_again_once(which: str) -> None:
    order = with_webhooks()
    delivery = order.deliveries.get()
    path = f"webhooks/{delivery.pk}" if which == "one" else "webhooks"
    assert "The webhook is on its way again." in words(press(order, path))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (Delivery.State.WAITING, 0)
    assert order.events.get(kind="sent_again").details == {"webhooks": 1}
    assert "Mia Muster was faster" in words(press(order, path))


def test_webhook_of_another_order_is_left_alone() -> None:
    order, other = make_order(), with_webhooks()
    press(order, f"webhooks/{other.deliveries.get().pk}")
    assert other.deliveries.get().state == Delivery.State.FAILED


def test_invitation_sent_again_brings_a_code_that_counts_its_tries_anew() -> None:
    order = make_packed_order()
    order.messages.update(state=SENT)
    Invitation.objects.update(code_tries=100)
    press(order, f"mails/{order.messages.get(kind='invitation').pk}")
    assert Invitation.objects.get().code_tries == 0


def test_mail_sent_again_takes_no_other_mail_s_place() -> None:
    order = make_order(user_email="first@example.com")
    for old, new in [("first", "second"), ("second", "third")]:
        for kind in ("received", "address"):
            order.messages.update(state=SENT)
            if mail := order.messages.filter(kind=kind).last():
                press(order, f"mails/{mail.pk}")
        order.refresh_from_db()
        assert readdress(order, f"{new}@example.com", actor=None)
        assert order.messages.filter(kind="received", recipient=f"{new}@example.com").exists()
        assert order.messages.filter(kind="address", recipient=f"{old}@example.com").exists()
