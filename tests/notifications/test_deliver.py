"""Delivering: signed, in order, each change once, whoever is slow."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from shop.access.models import Application
from shop.access.signing_secrets import rotate, signing_secrets
from shop.notifications.webhooks.deliver import headers, secrets_for
from shop.notifications.webhooks.models import Attempt, Delivery, Receiver
from shop.notifications.webhooks.selection import claim
from shop.orders.models import Order
from tests.factories import make_application, pack_all
from tests.notifications.receiver import (
    Received,
    deliver_all,
    in_turn,
    make_order_for,
    make_partner,
    receiving,
    slow,
    status,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def verified(call: Received, application: Application) -> list[bool]:
    """Return for each of the application's secrets whether it has signed the call."""
    found = []
    for secret in signing_secrets(application):
        try:
            Webhook(secret).verify(call.body, call.headers)
        except WebhookVerificationError:
            found.append(False)
        else:
            found.append(True)
    return found


def make_due() -> None:
    """As if all waits were over."""
    Delivery.objects.filter(state="waiting").update(next_attempt_at=timezone.now())
    Receiver.objects.update(paused_until=None)


def outcomes() -> list[tuple[str, int]]:
    return list(Delivery.objects.values_list("state", "attempts"))


def failures() -> list[str]:
    return list(Attempt.objects.values_list("failure", flat=True))


def test_each_change_arrives_signed_and_in_order() -> None:
    application = make_partner()
    with receiving() as receiver:
        order = make_order_for(receiver.uri, application)
        pack_all()
        deliver_all()
    states = [json.loads(call.body)["data"]["order"]["state"] for call in receiver.calls]
    assert states == ["pending", "packing", "packed"]
    assert [verified(call, application) for call in receiver.calls] == [[True]] * 3
    assert receiver.ids == list(order.deliveries.values_list("webhook_id", flat=True))
    assert outcomes() == [("delivered", 1)] * 3


def test_call_is_json_of_exactly_the_bytes_kept() -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri, client_name="Müller & Söhne – Film")
        deliver_all()
    (call,) = receiver.calls
    assert call.body == Delivery.objects.get().payload.encode()
    assert call.headers["content-type"] == "application/json"
    event = json.loads(call.body)
    assert set(event) == {"type", "timestamp", "data"}
    assert event["data"]["order"]["client_name"] == "Müller & Söhne – Film"


def test_event_tells_of_the_order_as_it_was_not_as_it_is() -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        pack_all()
        deliver_all()
    (first, _second, last) = [json.loads(call.body)["data"]["order"] for call in receiver.calls]
    assert (first["state"], first["status"], first["client_id"]) == ("pending", None, None)
    assert (last["state"], last["status"]) == ("packed", "packed")
    assert last["client_id"] == Order.objects.get().delivered_client_id


def test_attempt_keeps_what_was_answered() -> None:
    with receiving(slow(0.1, status(202, b"thank you"))) as receiver:
        make_order_for(receiver.uri)
        before, began = timezone.now(), time.monotonic()
        deliver_all()
    attempt = Attempt.objects.get()
    assert (attempt.status, attempt.answer, attempt.failure) == (202, "thank you", "")
    assert before <= attempt.at <= timezone.now()
    took = (time.monotonic() - began) * 1000
    assert attempt.milliseconds is not None
    assert 100 <= attempt.milliseconds < took + 1


def test_delivered_event_is_not_sent_again() -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        deliver_all()
        make_due()
        deliver_all()
    assert len(receiver.calls) == 1


def test_while_a_secret_is_replaced_both_have_signed() -> None:
    application = make_partner()
    rotate(application)
    with receiving() as receiver:
        make_order_for(receiver.uri, application)
        deliver_all()
    (call,) = receiver.calls
    assert call.headers["webhook-signature"].count("v1,") == 2
    assert call.headers["webhook-signature"].count(" ") == 1
    assert verified(call, application) == [True, True]


def test_signature_is_made_anew_for_each_try_under_one_id() -> None:
    application = make_partner()
    with receiving(in_turn(status(500), status(500), status(200))) as receiver:
        make_order_for(receiver.uri, application)
        for _ in range(3):
            deliver_all()
            make_due()
    assert len(set(receiver.ids)) == 1
    assert [verified(call, application) for call in receiver.calls] == [[True]] * 3
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("delivered", 3)
    assert failures() == ["status", "status", ""]


def test_timestamp_is_that_of_the_try() -> None:
    application = make_partner()
    make_order_for("https://partner.example/", application)
    delivery = Delivery.objects.get()
    first = datetime(2026, 3, 2, 9, 30, 0, 999_999, tzinfo=UTC)
    secrets = signing_secrets(application)
    early, late = (headers(delivery, secrets, at) for at in (first, first + HOUR))
    assert early["webhook-timestamp"] == "1772443800"
    assert late["webhook-timestamp"] == "1772447400"
    assert early["webhook-id"] == late["webhook-id"]
    assert early["webhook-signature"] != late["webhook-signature"]


def test_without_a_secret_nothing_is_sent_and_it_is_tried_again() -> None:
    application = make_application()
    with receiving() as receiver:
        make_order_for(receiver.uri, application)
        deliver_all()
        assert receiver.calls == []
        assert outcomes() == [("waiting", 1)]
        assert failures() == ["unsigned"]
        rotate(application)
        make_due()
        deliver_all()
        assert [verified(call, application) for call in receiver.calls] == [[True]]
    assert not Receiver.objects.exists()


def test_what_belongs_to_the_demo_is_not_sent_outside_it(settings: Settings) -> None:
    application = make_partner()
    Application.objects.update(demo=True)
    make_order_for("https://partner.example/", application)
    (delivery,) = claim(1)
    assert len(secrets_for(delivery)) == 1
    settings.DEMO = False
    assert secrets_for(delivery) == []


def test_secret_that_cannot_be_used_stops_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    broken = make_partner()
    broken.signing_secrets.update(secret="whsec_")
    with receiving() as receiver:
        make_order_for(receiver.uri, broken)
        make_order_for(receiver.uri)
        deliver_all()
    assert outcomes() == [("waiting", 1), ("delivered", 1)]
    assert sorted(failures()) == ["", "error"]
    assert "Sending webhook" in caplog.text


def test_delivery_not_yet_due_waits() -> None:
    with receiving() as receiver:
        make_order_for(receiver.uri)
        Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(seconds=30))
        deliver_all()
    assert receiver.calls == []
    assert outcomes() == [("waiting", 0)]


def test_earlier_change_goes_first_where_both_are_due() -> None:
    with receiving(slow(0.2, status(200))) as receiver:
        make_order_for(receiver.uri)
        pack_all()
        first, second, third = Delivery.objects.all()
        # Whatever is longest due.
        Delivery.objects.filter(pk=third.pk).update(next_attempt_at=timezone.now() - HOUR)
        deliver_all()
    assert receiver.ids == [first.webhook_id, second.webhook_id, third.webhook_id]
    assert receiver.most_at_once == 1


def test_later_change_does_not_wait_for_the_next_attempt_of_an_earlier_one() -> None:
    with receiving(in_turn(status(500), status(200))) as receiver:
        make_order_for(receiver.uri)
        pack_all()
        deliver_all()
    assert outcomes() == [("waiting", 1), ("delivered", 1), ("delivered", 1)]
    assert len(receiver.calls) == 3
