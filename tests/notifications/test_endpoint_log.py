"""The log of an endpoint, and the replay that its application asks for."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.access.models import Application
from shop.notifications.retention import delete_expired
from shop.notifications.webhooks import replay as replays
from shop.notifications.webhooks.endpoint_log import MOST_ATTEMPTS, deliveries_of, shown_delivery
from shop.notifications.webhooks.endpoints import (
    EndpointDisabledError,
    change,
    delete,
    register,
)
from shop.notifications.webhooks.models import Attempt, Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import send_test
from shop.notifications.webhooks.replay import Replayed, replay_endpoint
from shop.notifications.webhooks.selection import claim
from shop.orders.placing import Caller
from shop.orders.serializers import utc_text
from tests.factories import make_application, make_order
from tests.notifications.receiver import deliver_all, in_turn, receiving, status

pytestmark = pytest.mark.django_db

HOOK = {"url": "https://partner.example/hooks", "events": ["order.*"]}
HOUR = timedelta(hours=1)


def hook(application: Application | None = None) -> WebhookEndpoint:
    return register(application or make_application(), HOOK)


def sent(endpoint: WebhookEndpoint, state: str = "delivered", hours: float = 0) -> Delivery:
    """A delivery that was attempted, of so many hours ago."""
    delivery = send_test(endpoint)
    at = timezone.now() - hours * HOUR
    Delivery.objects.filter(pk=delivery.pk).update(state=state, attempts=1, created_at=at)
    delivery.refresh_from_db()
    return delivery


@pytest.mark.django_db(transaction=True)
def test_log_shows_what_was_sent_and_what_was_answered() -> None:
    with receiving(in_turn(status(503, b"Not now"), status(200, b"Thanks"))) as local:
        application = make_application()
        endpoint = register(application, {**HOOK, "url": local.uri})
        order = make_order(caller=Caller(application=application))
        deliver_all()
        waiting = shown_delivery(deliveries_of(endpoint).get())
        delivery = Delivery.objects.get()
        assert waiting["state"] == "waiting"
        assert waiting["next_attempt_at"] == utc_text(delivery.next_attempt_at)
        Delivery.objects.update(next_attempt_at=timezone.now())
        deliver_all()
    (found,) = deliveries_of(endpoint)
    first, second = Attempt.objects.order_by("pk")
    assert shown_delivery(found) == {
        "id": delivery.webhook_id,
        "type": "order.state_changed",
        "state": "delivered",
        "order_hash": order.order_hash,
        "created_at": utc_text(delivery.created_at),
        "next_attempt_at": None,
        "attempts": [
            {
                "at": utc_text(first.at),
                "status": 503,
                "milliseconds": first.milliseconds,
                "failure": "status",
                "answer": "Not now",
            },
            {
                "at": utc_text(second.at),
                "status": 200,
                "milliseconds": second.milliseconds,
                "failure": None,
                "answer": "Thanks",
            },
        ],
        "payload": delivery.payload,
    }
    assert json.loads(found.payload)["data"]["order"]["order_hash"] == order.order_hash


def test_log_does_not_tell_which_names_our_network_knows() -> None:
    """Else a partner could ask for one name after the other."""
    endpoint = hook()
    delivery = sent(endpoint)
    for failure in ("name", "address", "tls", ""):
        Attempt.objects.create(delivery=delivery, at=timezone.now(), failure=failure)
    (found,) = deliveries_of(endpoint)
    told = [each["failure"] for each in shown_delivery(found)["attempts"]]
    assert told == ["address", "address", "tls", None]


def test_log_is_newest_first_and_of_one_endpoint(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    application = make_application()
    endpoint, other = hook(application), hook(application)
    old, new = sent(endpoint, hours=2), sent(endpoint, hours=1)
    sent(other)
    for number in range(MOST_ATTEMPTS + 2):
        Attempt.objects.create(delivery=old, at=timezone.now(), status=500 + number)
    with django_assert_num_queries(2):
        shown = [shown_delivery(each) for each in deliveries_of(endpoint)]
    assert [each["id"] for each in shown] == [new.webhook_id, old.webhook_id]
    statuses = [each["status"] for each in shown[1]["attempts"]]
    assert statuses == list(range(502, 502 + MOST_ATTEMPTS))


def test_replay_since_a_moment_sends_all_since_then_again() -> None:
    application = make_application()
    endpoint, other = hook(application), hook(application)
    before = sent(endpoint, hours=3)
    again = [sent(endpoint, state, hours=1) for state in ("delivered", "failed", "gone")]
    bystander = sent(other, hours=1)
    assert replay_endpoint(endpoint, since=timezone.now() - 2 * HOUR) == Replayed(3)
    for each in again:
        each.refresh_from_db()
        assert (each.state, each.attempts) == ("waiting", 0)
    for each in (before, bystander):
        each.refresh_from_db()
        assert each.state == "delivered"
    assert replay_endpoint(endpoint, since=timezone.now() - 2 * HOUR) == Replayed(0)


def test_replay_of_many_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "MOST_AT_ONCE", 2)
    endpoint = hook()
    rows = [sent(endpoint, hours=hours) for hours in (5, 4, 3, 2, 1)]
    since = rows[0].created_at
    assert replay_endpoint(endpoint, since=since) == Replayed(2, rows[2].created_at)
    assert replay_endpoint(endpoint, since=rows[2].created_at) == Replayed(2, rows[4].created_at)
    assert replay_endpoint(endpoint, since=rows[4].created_at) == Replayed(1)


def test_replay_of_one_sends_it_alone() -> None:
    endpoint, other = hook(), hook()
    one, bystander = sent(endpoint), sent(endpoint)
    assert replay_endpoint(endpoint, delivery=one.webhook_id) == Replayed(1)
    bystander.refresh_from_db()
    assert bystander.state == "delivered"
    with pytest.raises(Delivery.DoesNotExist):
        replay_endpoint(other, delivery=one.webhook_id)


def test_replay_leaves_out_what_is_being_sent() -> None:
    endpoint = hook()
    send_test(endpoint)
    (delivery,) = claim(1)
    assert replay_endpoint(endpoint, delivery=delivery.webhook_id) == Replayed(0)
    assert replay_endpoint(endpoint, since=timezone.now() - HOUR) == Replayed(0)


def test_endpoint_that_is_off_or_deleted_replays_nothing() -> None:
    endpoint = hook()
    delivery = sent(endpoint)
    change(endpoint, {"enabled": False})
    with pytest.raises(EndpointDisabledError):
        replay_endpoint(endpoint, delivery=delivery.webhook_id)
    known = WebhookEndpoint.objects.get()
    delete(endpoint)
    with pytest.raises(WebhookEndpoint.DoesNotExist):
        replay_endpoint(known, since=delivery.created_at)


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_an_endpoint_is_switched_off_is_not_sent() -> None:
    with receiving() as local:
        endpoint, well = (register(make_application(), {**HOOK, "url": local.uri}) for _ in "ab")
        late, sent_one = send_test(endpoint), send_test(well)
        # As if the transaction that writes it committed after the one that switches off.
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(enabled=False)
        deliver_all()
        assert local.ids == [sent_one.webhook_id]
    late.refresh_from_db()
    assert (late.state, late.lease_token) == ("gone", None)


def test_deleted_endpoint_is_removed_an_hour_later() -> None:
    application = make_application()
    endpoint, other = hook(application), hook(application)
    delete(endpoint)
    assert list(application.webhook_endpoints.all()) == [other]
    # An order that was being placed meanwhile.
    Delivery.objects.create(application=application, endpoint=endpoint, payload="{}", receiver="x")
    delete_expired(lambda: None)
    assert WebhookEndpoint.with_deleted.count() == 2
    WebhookEndpoint.with_deleted.filter(pk=endpoint.pk).update(deleted_at=timezone.now() - HOUR)
    delete_expired(lambda: None)
    assert WebhookEndpoint.with_deleted.get() == other
    assert not Delivery.objects.exists()
