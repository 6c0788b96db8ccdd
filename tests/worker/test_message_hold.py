"""The hold after a restore: nothing leaves but new mails for signing in."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_password_reset
from shop.notifications.emails.send import send_due
from shop.notifications.webhooks.models import Delivery
from shop.notifications.webhooks.selection import claim, is_anything_due
from shop.worker.models import MessageHold
from tests.factories import make_order, make_user
from tests.notifications.receiver import make_order_for

pytestmark = pytest.mark.django_db


def hold() -> None:
    now = timezone.now()
    MessageHold.objects.create(since=now, backup_made_at=now - timedelta(hours=8))


def send() -> None:
    send_due(lambda: None)


def test_mail_waits_while_there_is_a_hold_and_leaves_once_it_is_gone(
    mailoutbox: list[EmailMessage],
) -> None:
    make_order()
    hold()
    send()
    assert mailoutbox == []
    message = Message.objects.get()
    assert (message.state, message.attempts) == ("waiting", 0)
    MessageHold.objects.all().delete()
    send()
    assert len(mailoutbox) == 1


def test_mail_for_signing_in_leaves_if_it_was_written_since_the_hold(
    mailoutbox: list[EmailMessage],
) -> None:
    before, since = make_user(), make_user()
    queue_password_reset(before.email, "en")
    hold()
    queue_password_reset(since.email, "en")
    send()
    assert [mail.to for mail in mailoutbox] == [[since.email]]


def test_webhook_waits_while_there_is_a_hold() -> None:
    make_order_for("https://partner.example/hook")
    assert Delivery.objects.get().state == "waiting"
    assert is_anything_due()
    hold()
    assert not is_anything_due()
    assert claim(10) == []
    MessageHold.objects.all().delete()
    assert len(claim(10)) == 1
