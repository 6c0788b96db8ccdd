"""Sending: each mail once, tried again where it fails, never too many to one address."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, send_mail
from django.utils import timezone
from pytest_django import Settings

from shop.notifications.emails import send as sending
from shop.notifications.emails.models import Message
from shop.notifications.emails.send import MAX_ATTEMPTS, send
from tests.factories import make_order, make_packed_order, make_user
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db

AWAY = "tests.notifications.backends.Away"
DAY = timedelta(days=1)


def states() -> list[str]:
    return list(Message.objects.values_list("state", flat=True))


def test_due_mail_is_sent_and_written_down(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    send_all()
    assert [mail.to for mail in mailoutbox] == [["nicecustomer@gmx.com"]]
    message = Message.objects.get()
    assert (message.state, message.attempts, message.last_error) == ("sent", 1, "")
    assert message.sent_at
    assert message.lease_until is None


def test_sent_mail_is_not_sent_again(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    send_all()
    send_all()
    send(Message.objects.get().pk)
    assert len(mailoutbox) == 1


def test_two_senders_send_once(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    message = Message.objects.get()
    send(message.pk)
    send(message.pk)
    assert len(mailoutbox) == 1
    assert Message.objects.get().attempts == 1


def test_run_ends_in_time_also_between_the_mails_of_a_batch(
    mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        make_order()
    monkeypatch.setattr(sending, "AT_MOST", 0)
    sending.send_due(lambda: None)
    assert len(mailoutbox) == 1
    sending.send_due(lambda: None)
    assert len(mailoutbox) == 2


def test_mail_that_is_being_sent_is_left_alone(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    Message.objects.update(state="sending", lease_until=timezone.now() + timedelta(seconds=30))
    send_all()
    assert mailoutbox == []
    assert states() == ["sending"]


def test_mail_whose_sender_died_is_sent_by_the_next(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    Message.objects.update(
        state="sending", attempts=1, lease_until=timezone.now() - timedelta(seconds=1)
    )
    send_all()
    assert len(mailoutbox) == 1
    assert (Message.objects.get().state, Message.objects.get().attempts) == ("sent", 2)


def test_sender_that_lost_its_lease_does_not_have_the_mail_sent_again(
    settings: Settings, mailoutbox: list[EmailMessage], caplog: pytest.LogCaptureFixture
) -> None:
    """A claims; its lease expires; B reclaims and sends; then A's attempt fails."""
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "tests.notifications.backends.TooSlow"
    make_order()
    send_all()
    settings.EMAIL_BACKEND = backend
    Message.objects.update(next_attempt_at=timezone.now())
    send_all()
    assert len(mailoutbox) == 1
    message = Message.objects.get()
    assert (message.state, message.attempts, message.last_error) == ("sent", 2, "")
    assert "Lost the lease" in caplog.text


def test_mail_not_yet_due_waits(mailoutbox: list[EmailMessage]) -> None:
    make_order()
    Message.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=30))
    send_all()
    assert mailoutbox == []
    assert states() == ["waiting"]


def test_server_that_is_away_really_fails(settings: Settings) -> None:
    settings.EMAIL_BACKEND = AWAY
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send_mail("subject", "text", None, ["nicecustomer@gmx.com"])


def test_failed_mail_is_tried_again_later(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = AWAY
    make_order()
    before = timezone.now()
    send_all()
    message = Message.objects.get()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.last_error == "SMTPServerDisconnected: Connection unexpectedly closed"
    assert message.sent_at is None
    assert message.lease_until is None
    assert timedelta(seconds=12) <= message.next_attempt_at - before
    assert message.next_attempt_at - timezone.now() <= timedelta(seconds=18)
    settings.EMAIL_BACKEND = backend
    Message.objects.update(next_attempt_at=timezone.now() + timedelta(hours=1))
    send_all()
    assert mailoutbox == []
    Message.objects.update(next_attempt_at=timezone.now())
    send_all()
    assert len(mailoutbox) == 1
    message.refresh_from_db()
    assert (message.state, message.attempts, message.last_error) == ("sent", 2, "")


def test_waits_between_attempts_grow_and_the_last_one_is_given_up(settings: Settings) -> None:
    settings.EMAIL_BACKEND = AWAY
    make_order()
    gaps = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        Message.objects.update(next_attempt_at=timezone.now())
        before = timezone.now()
        send_all()
        message = Message.objects.get()
        assert message.attempts == attempt
        assert message.state == ("failed" if attempt == MAX_ATTEMPTS else "waiting")
        if message.state == "waiting":
            gaps.append((message.next_attempt_at - before).total_seconds())
    assert gaps == sorted(gaps)
    assert len(gaps) == MAX_ATTEMPTS - 1
    assert gaps[-1] > 3600
    Message.objects.update(next_attempt_at=timezone.now())
    send_all()
    assert Message.objects.get().attempts == MAX_ATTEMPTS


def test_mail_that_fails_does_not_hold_up_the_others(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = AWAY
    make_order()
    send_all()
    settings.EMAIL_BACKEND = backend
    make_order(user_email="other@example.com")
    send_all()
    assert [mail.to for mail in mailoutbox] == [["other@example.com"]]


def test_failed_attempts_do_not_count_against_the_day(
    settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = AWAY
    make_order()
    for _ in range(6):
        Message.objects.update(next_attempt_at=timezone.now())
        send_all()
    settings.EMAIL_BACKEND = backend
    Message.objects.update(next_attempt_at=timezone.now())
    send_all()
    assert len(mailoutbox) == 1


def test_sixth_mail_of_a_day_waits_and_is_not_lost(
    mailoutbox: list[EmailMessage],
) -> None:
    for _ in range(3):
        make_packed_order()
    assert Message.objects.count() == 6
    before = timezone.now()
    send_all()
    assert len(mailoutbox) == 5
    message = Message.objects.get(state="waiting")
    assert message.attempts == 0
    assert before <= message.next_attempt_at - DAY <= timezone.now()
    send_all()
    assert len(mailoutbox) == 5

    # A day later.
    Message.objects.filter(state="sent").update(sent_at=timezone.now() - DAY)
    Message.objects.filter(state="waiting").update(next_attempt_at=timezone.now())
    send_all()
    assert len(mailoutbox) == 6
    assert set(states()) == {"sent"}


def test_case_of_an_address_does_not_make_it_another(mailoutbox: list[EmailMessage]) -> None:
    for address in ("a@gmx.com", "A@gmx.com", "a@GMX.com"):
        make_packed_order(user_email=address)
    send_all()
    assert len(mailoutbox) == 5


def test_addresses_are_counted_each_for_itself(mailoutbox: list[EmailMessage]) -> None:
    for _ in range(3):
        make_packed_order()
    make_packed_order(user_email="other@example.com")
    send_all()
    assert [mail.to for mail in mailoutbox].count(["other@example.com"]) == 2


def test_known_users_are_not_limited(mailoutbox: list[EmailMessage]) -> None:
    user = make_user()
    for _ in range(4):
        make_packed_order(user_email=user.email.upper())
    send_all()
    assert len(mailoutbox) == 8


def test_limit_of_a_day_is_a_setting(settings: Settings, mailoutbox: list[EmailMessage]) -> None:
    settings.MAILS_A_DAY = 1
    make_packed_order()
    send_all()
    assert len(mailoutbox) == 1


def test_many_mails_are_sent_in_one_go_oldest_first(mailoutbox: list[EmailMessage]) -> None:
    for number in range(25):
        make_order(user_email=f"guest{number}@example.com")
    send_all()
    assert [mail.to for mail in mailoutbox] == [[f"guest{n}@example.com"] for n in range(25)]


def test_what_is_kept_of_an_error_names_no_address_but_the_recipients(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "tests.notifications.backends.Chatty"
    make_order()
    send_all()
    error = Message.objects.get().last_error
    assert "nicecustomer@gmx.com" in error
    assert "Ask N…@s….example" in error
    assert "Muster" not in error
