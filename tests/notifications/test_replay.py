"""Replays: by partners, by staff and by the command."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from shop.access.models import Application
from shop.notifications.webhooks.endpoints import change, register
from shop.notifications.webhooks.models import Attempt, Delivery, Receiver
from shop.notifications.webhooks.replay import replay, replay_endpoint, replay_since
from shop.notifications.webhooks.retries import MAX_ATTEMPTS, MAX_FAILURES
from shop.notifications.webhooks.selection import claim
from shop.orders.models import Order, State
from shop.orders.placing import Caller
from shop.orders.states import transition
from tests.factories import make_application, make_order
from tests.notifications.receiver import (
    LocalReceiver,
    deliver_all,
    in_turn,
    make_order_for,
    make_partner,
    receiving,
    status,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
URI = "https://partner.example/"


def states() -> list[str]:
    return list(Delivery.objects.values_list("state", flat=True))


def make_delivery(state: str, uri: str = URI, application: Application | None = None) -> Delivery:
    order = make_order_for(uri, application or make_application())
    order.deliveries.update(state=state, attempts=MAX_ATTEMPTS)
    return order.deliveries.get()


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("replay_webhooks", *arguments, stdout=said)
    return said.getvalue()


def first_again(receiver: LocalReceiver) -> bool:
    return receiver.ids[0] == receiver.ids[-1]


def test_given_up_delivery_goes_out_again_under_its_id_and_as_it_was() -> None:
    with receiving(in_turn(status(500), status(200))) as receiver:
        order = make_order_for(receiver.uri)
        Delivery.objects.update(attempts=MAX_ATTEMPTS - 1)
        deliver_all()
        assert states() == ["failed"]
        Order.objects.filter(pk=order.pk).update(client_name="Renamed")
        assert replay(Delivery.objects.get())
        deliver_all()
    assert first_again(receiver)
    assert receiver.calls[0].body == receiver.calls[1].body
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert Attempt.objects.count() == 2


def test_replay_brings_all_tries_again() -> None:
    delivery = make_delivery("failed")
    before = timezone.now()
    assert replay(delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    assert delivery.next_attempt_at >= before


@pytest.mark.parametrize("state", ["waiting", "delivered", "failed", "gone"])
def test_replay_is_for_any_delivery_that_rests(state: str) -> None:
    assert replay(make_delivery(state))
    assert states() == ["waiting"]


def test_replay_is_not_for_what_is_being_sent() -> None:
    make_order_for(URI)
    (delivery,) = claim(1)
    assert not replay(delivery)
    assert states() == ["sending"]


def test_replay_ends_the_rest_of_the_receiver() -> None:
    delivery = make_delivery("failed")
    for address in (delivery.receiver, "other.example:443"):
        Receiver.objects.create(
            address=address, failures=MAX_FAILURES, paused_until=timezone.now() + HOUR
        )
    replay(delivery)
    assert list(Receiver.objects.order_by("pk").values_list("failures", flat=True)) == [
        0,
        MAX_FAILURES,
    ]
    assert len(claim(10)) == 1


def test_replay_brings_an_order_back_that_was_not_wanted() -> None:
    with receiving(in_turn(status(410), status(200))) as receiver:
        order = make_order_for(receiver.uri)
        deliver_all()
        assert transition(order, State.PACKING)
        assert states() == ["gone", "gone"]
        assert replay_since(receiver.address, timezone.now() - HOUR) == 2
        deliver_all()
        assert transition(order, State.PACKED)
        deliver_all()
    told = [json.loads(call.body)["data"]["order"]["state"] for call in receiver.calls]
    assert told == ["pending", "pending", "packing", "packed"]
    assert states() == ["delivered"] * 3


def test_what_an_application_missed_since_a_moment_goes_out_again() -> None:
    application = make_application()
    old, *_rest = [
        make_delivery(state, application=application)
        for state in ("failed", "failed", "gone", "delivered")
    ]
    Delivery.objects.filter(pk=old.pk).update(created_at=timezone.now() - HOUR)
    make_delivery("failed")
    assert replay_since(application, timezone.now() - HOUR / 2) == 2
    assert states() == ["failed", "waiting", "waiting", "delivered", "failed"]


def test_what_a_receiver_missed_since_a_moment_goes_out_again() -> None:
    make_delivery("failed")
    make_delivery("failed", "https://partner.example:8443/")
    assert replay_since("partner.example:8443", timezone.now() - HOUR) == 1
    assert states() == ["failed", "waiting"]


def test_what_arrived_goes_out_again_where_that_is_asked_for() -> None:
    delivery = make_delivery("delivered")
    moment = timezone.now() - HOUR
    assert replay_since(delivery.receiver, moment) == 0
    assert replay_since(delivery.receiver, moment, delivered=True) == 1


@pytest.mark.parametrize("state", ["delivered", "failed", "gone", "sending"])
def test_what_goes_to_a_new_url_is_counted_there(state: str) -> None:
    """Else the failures of one host would pause the webhooks of another one."""
    application = make_application()
    endpoint = register(application, {"url": "https://other.example/", "events": ["order.*"]})
    make_order("s", Caller(application=application))
    Delivery.objects.update(state=state)
    change(endpoint, {"url": "https://mine.example/"})
    Delivery.objects.filter(state="sending").update(state="waiting", attempts=1)
    replay_endpoint(endpoint, since=timezone.now() - HOUR)
    (delivery,) = claim(1)
    assert (delivery.url, delivery.receiver) == ("https://mine.example/", "mine.example:443")


def test_command_sends_one_again() -> None:
    delivery = make_delivery("failed")
    make_delivery("failed")
    assert run("--id", delivery.webhook_id) == "1 to be sent.\n"
    assert states() == ["waiting", "failed"]


@pytest.mark.parametrize("since", ["2026-03-02T09:30", "2026-03-02 09:30:00Z"])
def test_command_sends_again_what_an_application_missed(since: str) -> None:
    application = make_partner()
    make_delivery("failed", application=application)
    make_delivery("delivered", application=application)
    assert run("--application", application.name, "--since", since) == "1 to be sent.\n"
    client_id = application.oauth_client_id
    everything = run("--application", client_id, "--since", since, "--delivered")
    assert everything == "2 to be sent.\n"


def test_command_takes_a_moment_without_zone_in_ours() -> None:
    delivery = make_delivery("failed")
    noon = datetime(2026, 3, 2, 11, tzinfo=timezone.get_fixed_timezone(0))
    Delivery.objects.update(created_at=noon)
    assert run("--receiver", delivery.receiver, "--since", "2026-03-02T12:01") == "0 to be sent.\n"
    assert run("--receiver", delivery.receiver, "--since", "2026-03-02T12:00") == "1 to be sent.\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--id", "msg_0"], "There is no webhook msg_0."),
        (["--application", "Nobody", "--since", "2026-03-02T09:30"], "0 applications are called"),
        (["--receiver", "a.example:443"], "--since must be"),
        (["--receiver", "a.example:443", "--since", "yesterday"], "--since must be"),
        (["--receiver", "a.example:443", "--since", "2026-02-30T09:30"], "--since must be"),
    ],
)
def test_command_says_why_not(arguments: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run(*arguments)
