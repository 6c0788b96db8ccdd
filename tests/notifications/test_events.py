"""Payloads of webhooks: each change is told once, as it was at that moment."""

import json
import re
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from pytest_django import Settings

from shop.base_url import registration_url
from shop.billing.shown_subscriptions import shown_subscription
from shop.notifications.webhooks.endpoints import receiver_of
from shop.notifications.webhooks.events import queue_events
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.orders.cancellation import cancel, expire_incomplete
from shop.orders.document import check_document
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, OrderEvent, State
from shop.orders.placing import Caller, place_order
from shop.orders.serializers import serialize_order
from shop.orders.states import transition
from shop.packing.recovery import approve
from tests.factories import DETAILS, make_application, make_order, make_user, pack_all
from tests.notifications.receiver import make_order_for

pytestmark = pytest.mark.django_db

URI = "https://partner.example/hooks"


def said(order: Order) -> list[dict[str, object]]:
    return [json.loads(delivery.payload) for delivery in order.deliveries.all()]


def changes(order: Order) -> list[tuple[object, object]]:
    found = []
    for event in said(order):
        data = event["data"]
        assert isinstance(data, dict)
        found.append((data["previous_state"], data["order"]["state"]))
    return found


def test_each_change_of_state_is_told_with_the_one_before() -> None:
    order = make_order_for(URI)
    pack_all()
    assert changes(order) == [(None, "pending"), ("pending", "packing"), ("packing", "packed")]


def test_webhook_belongs_to_the_change_of_state_though_a_note_is_newer() -> None:
    order = make_order_for(URI)
    changed = order.events.get(kind="state")
    order.events.create(kind="note", note="Nina rang.")
    order.deliveries.all().delete()
    queue_events([order], None)
    assert order.deliveries.get().event == changed


def test_order_that_needs_a_person_is_told_of_each_step() -> None:
    order = make_order_for(URI, product="xl")
    pack_all()
    order.refresh_from_db()
    assert approve(order, make_user(is_staff=True))
    order.refresh_from_db()
    assert transition(order, State.CANCELLED)
    assert changes(order) == [
        (None, "pending"),
        ("pending", "packing"),
        ("packing", "need_human"),
        ("need_human", "pending"),
        ("pending", "cancelled"),
    ]


def test_event_is_the_order_as_the_api_showed_it_at_the_change(settings: Settings) -> None:
    order = make_order_for(URI, user_first_name="Jörg")
    expected = serialize_order(
        Order.objects.get(pk=order.pk), registration_url(order, settings.BASE_URL)
    )
    pack_all()
    first, _second, last = said(order)
    assert first == {
        "type": "order.state_changed",
        "timestamp": expected["updated_at"],
        "data": {"order": expected, "previous_state": None},
    }
    order.refresh_from_db()
    subscription = shown_subscription(order)
    assert subscription
    packed = serialize_order(order, registration_url(order, settings.BASE_URL), subscription)
    assert packed["client_id"] is not None
    assert last["data"] == {"order": packed, "previous_state": "packing"}
    assert packed["registration_url"] == f"{settings.BASE_URL}/register/{order.order_hash}/"


def test_timestamp_is_the_moment_of_the_change_in_utc() -> None:
    before = timezone.now()
    order = make_order_for(URI)
    (event,) = said(order)
    stamp = str(event["timestamp"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z", stamp)
    assert before <= datetime.fromisoformat(stamp) <= timezone.now()


def test_event_tells_what_others_have_filled_in_meanwhile() -> None:
    caller = Caller(application=make_application())
    stale = place_order(check_document({"product": "s", "redirection_uri": URI}), caller)
    assert fill_in(Order.objects.select_related("product").get(), DETAILS)
    assert transition(stale, State.CANCELLED)
    last = json.loads(stale.deliveries.latest("pk").payload)
    assert last["data"]["order"]["user_email"] == DETAILS["user_email"]


def test_event_is_in_english_whatever_the_language() -> None:
    order = make_order_for(URI, product="xl")
    with override("de"):
        pack_all()
    last = json.loads(order.deliveries.latest("pk").payload)
    assert last["data"]["order"]["packing_errors"] == (
        "This tier is set up after a person has approved the order."
    )


def test_order_placed_at_last_begins_with_null_like_any_other() -> None:
    order = make_order(caller=Caller(application=make_application()))
    Order.objects.update(state=State.NEW, redirection_uri=URI)
    order.refresh_from_db()
    assert transition(order, State.PENDING)
    assert changes(order) == [(None, "pending")]


def test_order_without_redirection_uri_has_no_webhook() -> None:
    make_order(caller=Caller(application=make_application()))
    pack_all()
    assert not Delivery.objects.exists()


def test_order_of_no_application_has_no_webhook() -> None:
    make_order(caller=Caller(user=make_user()), redirection_uri=URI)
    pack_all()
    assert not Delivery.objects.exists()


def test_event_is_told_once() -> None:
    order = make_order_for(URI)
    with pytest.raises(IntegrityError), transaction.atomic():
        queue_events([order], None)
    assert order.deliveries.count() == 1


def test_rollback_of_a_change_takes_its_webhook_along() -> None:
    order = make_order_for(URI)
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        transition(order, State.CANCELLED)
        raise ValueError("no")
    assert changes(order) == [(None, "pending")]


def test_each_event_has_an_id_of_its_own_without_a_full_stop() -> None:
    order = make_order_for(URI)
    pack_all()
    ids = list(order.deliveries.values_list("webhook_id", flat=True))
    assert len(set(ids)) == 3
    assert all(re.fullmatch("msg_[0-9a-f]{32}", webhook_id) for webhook_id in ids)


def test_delivery_belongs_to_the_event_of_its_change() -> None:
    order = make_order_for(URI)
    pack_all()
    assert list(order.deliveries.values_list("event__state", flat=True)) == [
        "pending",
        "packing",
        "packed",
    ]
    assert OrderEvent.objects.filter(delivery=None).count() == 0


def test_order_that_lapses_takes_its_details_out_of_what_was_said_of_it() -> None:
    caller = Caller(application=make_application())
    members = {"product": "s", "user_email": "a@gmx.com", "redirection_uri": URI}
    order = place_order(check_document({**members, "client_name": "Kranich"}), caller)
    first = order.deliveries.get()
    first.attempt_log.create(at=timezone.now(), status=500, answer="a@gmx.com is unknown")
    assert "gmx.com" in first.payload
    assert "Kranich" in first.payload
    Order.objects.update(created_at=timezone.now() - timedelta(days=61))
    expire_incomplete(lambda: None)
    assert changes(order) == [(None, "pending"), ("pending", "cancelled")]
    written = "".join(Delivery.objects.values_list("payload", flat=True))
    assert "gmx.com" not in written
    assert "Kranich" not in written
    assert first.attempt_log.get().answer == ""


def test_order_without_details_that_is_cancelled_at_once_is_told_as_placed_first() -> None:
    caller = Caller(application=make_application())
    order = place_order(check_document({"product": "s", "redirection_uri": URI}), caller)
    assert cancel(order, None)
    assert changes(order) == [(None, "pending"), ("pending", "cancelled")]
    assert {each.state for each in order.deliveries.all()} == {Delivery.State.WAITING}


def test_order_without_details_whose_url_wants_no_more_is_not_told_as_cancelled() -> None:
    caller = Caller(application=make_application())
    order = place_order(check_document({"product": "s", "redirection_uri": URI}), caller)
    order.deliveries.update(state=Delivery.State.GONE)
    gone = Attempt.Failure.GONE
    Attempt.objects.create(delivery=order.deliveries.get(), at=timezone.now(), failure=gone)
    assert cancel(order, None)
    assert {each.state for each in order.deliveries.all()} == {Delivery.State.GONE}
    assert order.deliveries.count() == 2


@pytest.mark.parametrize(
    ("uri", "receiver"),
    [
        ("https://partner.example/hooks", "partner.example:443"),
        ("https://Partner.Example.:443/", "partner.example:443"),
        ("https://partner.example:8443", "partner.example:8443"),
        ("http://127.0.0.1/", "127.0.0.1:80"),
        ("https://[2606:4700::1]:9/", "2606:4700::1:9"),
    ],
)
def test_receiver_is_named_by_host_and_port(uri: str, receiver: str) -> None:
    assert receiver_of(uri) == receiver
