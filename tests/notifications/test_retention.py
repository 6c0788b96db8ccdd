"""Retention: when mails and webhooks are deleted, and which never are."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.notifications import retention
from shop.notifications.emails.codes import new_seed
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_code, queue_reminders
from shop.notifications.retention import delete_expired
from shop.notifications.webhooks.models import Attempt, Delivery, Receiver
from shop.notifications.webhooks.replay import replay
from shop.orders.cancellation import expire_incomplete
from shop.orders.models import Order
from tests.factories import make_bare_order, make_order, make_packed_order, make_user, pack_all
from tests.notifications.receiver import deliver_all, make_order_for, receiving
from tests.notifications.sent import send_all

pytestmark = pytest.mark.django_db


def nothing() -> None:
    """The beat of a test."""


def age(model: type[Message | Delivery | Order], days: float) -> None:
    """As if all rows were so old."""
    model.objects.update(created_at=timezone.now() - timedelta(days=days))


def kinds() -> list[str]:
    return list(Message.objects.values_list("kind", flat=True))


def test_mails_of_a_finished_order_are_deleted_after_their_days(settings: Settings) -> None:
    make_packed_order()
    send_all()
    age(Message, settings.KEEP_MESSAGES_DAYS - 0.1)
    delete_expired(nothing)
    assert kinds() == ["received", "invitation"]
    age(Message, settings.KEEP_MESSAGES_DAYS + 0.1)
    delete_expired(nothing)
    assert kinds() == []


@pytest.mark.parametrize("state", ["failed", "obsolete"])
def test_mails_that_were_never_sent_go_as_well(state: str, settings: Settings) -> None:
    make_packed_order()
    Message.objects.update(state=state)
    age(Message, settings.KEEP_MESSAGES_DAYS + 1)
    delete_expired(nothing)
    assert kinds() == []


@pytest.mark.parametrize("state", ["waiting", "sending"])
def test_mails_that_wait_stay_however_old(state: str) -> None:
    make_packed_order()
    queue_code(make_user(), "a@gmx.com", "en", seed=new_seed())
    Message.objects.update(state=state)
    age(Message, 1000)
    delete_expired(nothing)
    assert kinds() == ["received", "invitation", "code"]


def test_mails_about_signing_in_go_sooner(settings: Settings) -> None:
    queue_code(make_user(), "a@gmx.com", "en", seed=new_seed())
    send_all()
    age(Message, settings.KEEP_ACCOUNT_MESSAGES_DAYS - 0.1)
    delete_expired(nothing)
    assert kinds() == ["code"]
    age(Message, settings.KEEP_ACCOUNT_MESSAGES_DAYS + 0.1)
    delete_expired(nothing)
    assert kinds() == []


def test_no_mail_goes_out_a_second_time_because_its_row_was_deleted(settings: Settings) -> None:
    settings.CANCEL_AFTER_DAYS = 1000
    make_bare_order("s", user_email="a@gmx.com")
    age(Order, settings.REMIND_AFTER_DAYS + 1)
    make_order("xl", user_email="b@gmx.com")
    pack_all()
    queue_reminders(nothing)
    send_all()
    before = kinds()
    assert sorted(before) == ["received", "received", "reminder"]
    age(Message, settings.KEEP_MESSAGES_DAYS + 1)
    delete_expired(nothing)
    queue_reminders(nothing)
    assert kinds() == before


def test_last_mail_of_an_emptied_order_is_deleted_once_it_is_sent(settings: Settings) -> None:
    make_bare_order("s", user_email="a@gmx.com")
    send_all()
    age(Order, settings.CANCEL_AFTER_DAYS + 1)
    expire_incomplete(nothing)
    delete_expired(nothing)
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("cancelled", "a@gmx.com")
    send_all()
    message.refresh_from_db()
    assert message.state == "sent"
    delete_expired(nothing)
    assert kinds() == []


def test_webhooks_are_deleted_with_their_attempts_and_unused_receivers(settings: Settings) -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        pack_all()
        deliver_all()
    Receiver.objects.create(address=Delivery.objects.first().receiver)  # type: ignore[union-attr]
    age(Delivery, settings.KEEP_DELIVERIES_DAYS - 0.1)
    delete_expired(nothing)
    assert (Delivery.objects.count(), Attempt.objects.count()) == (3, 3)
    assert Receiver.objects.count() == 1
    age(Delivery, settings.KEEP_DELIVERIES_DAYS + 0.1)
    delete_expired(nothing)
    assert (Delivery.objects.count(), Attempt.objects.count()) == (0, 0)
    assert Receiver.objects.count() == 0


def test_webhooks_of_an_order_that_may_still_change_stay() -> None:
    # Whether its receiver has said that it wants no more is known by them.
    make_order_for("https://partner.example/")
    Delivery.objects.update(state="gone")
    age(Delivery, 1000)
    delete_expired(nothing)
    assert Delivery.objects.count() == 1


def test_webhook_that_is_sent_again_stays() -> None:
    make_order_for("https://partner.example/")
    pack_all()
    Delivery.objects.update(state="failed")
    age(Delivery, 1000)
    last = Delivery.objects.latest("pk")
    assert replay(last)
    delete_expired(nothing)
    assert list(Delivery.objects.values_list("pk", "state")) == [(last.pk, "waiting")]


def test_old_rows_are_deleted_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        queue_code(None, "a@gmx.com", "en", seed=new_seed())
    Message.objects.update(state="obsolete")
    age(Message, 1000)
    beats: list[int] = []
    delete_expired(lambda: beats.append(1))
    assert (Message.objects.count(), len(beats)) == (0, 3)


def test_worker_deletes_once_an_hour(settings: Settings) -> None:
    hourly = settings.WORKER_CLUSTERS["messages"]["hourly"]
    assert "shop.notifications.retention.delete_expired" in hourly
