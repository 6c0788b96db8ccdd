"""Webhooks to endpoints: which events each gets, by which secret, and what a refusal ends."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from standardwebhooks import Webhook

from shop.access.models import Application
from shop.billing.credit_notes import credit
from shop.billing.models import Invoice, Subscription
from shop.billing.shown_subscriptions import shown_subscription
from shop.billing.signals import (
    invoice_issued,
    invoice_overdue,
    invoice_paid,
    subscription_event,
    subscription_started,
)
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.catalogue.models import Product
from shop.notifications.webhooks.endpoints import register
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.notifications.webhooks.replay import replay
from shop.orders.models import Order, State
from shop.orders.order_erasure import orders_erased
from shop.orders.placing import Caller
from shop.orders.states import transition
from tests.factories import (
    make_application,
    make_invoice,
    make_order,
    make_packed_order,
    make_staff,
    make_subscription,
    make_user,
    pack_all,
)
from tests.notifications.receiver import deliver_all, receiving, status

pytestmark = pytest.mark.django_db

URL = "https://partner.example/hooks"


def hook(application: Application, *events: str, url: str = URL) -> WebhookEndpoint:
    return register(application, {"url": url, "events": list(events)})


def told(endpoint: WebhookEndpoint) -> list[dict[str, Any]]:
    return [json.loads(each.payload) for each in endpoint.deliveries.order_by("pk")]


def kinds(endpoint: WebhookEndpoint) -> list[str]:
    return [event["type"] for event in told(endpoint)]


def test_endpoint_gets_the_events_it_asks_for() -> None:
    application = make_application()
    orders, everything = (
        hook(application, "order.*"),
        hook(application, "order.state_changed", "subscription.*"),
    )
    corrections = hook(application, "order.corrected")
    others = hook(make_application("Other"), "order.*", "subscription.*")
    make_order(caller=Caller(application=application))
    pack_all()
    changes = ["order.state_changed"] * 3
    assert kinds(orders) == changes
    assert sorted(kinds(everything)) == [*changes, "subscription.started"]
    assert kinds(corrections) == kinds(others) == []


def test_order_is_told_with_the_state_before() -> None:
    application = make_application()
    endpoint = hook(application, "order.*")
    order = make_order(caller=Caller(application=application))
    pack_all()
    states = [
        (event["data"]["previous_state"], event["data"]["order"]["state"])
        for event in told(endpoint)
    ]
    assert states == [(None, "pending"), ("pending", "packing"), ("packing", "packed")]
    order.refresh_from_db()
    packed = told(endpoint)[2]["data"]["order"]
    assert packed["subscription"]
    assert packed["subscription"] == shown_subscription(order)


def test_redirection_uri_is_one_more_receiver_of_the_same_payload() -> None:
    application = make_application()
    endpoint = hook(application, "order.*")
    order = make_order(caller=Caller(application=application), redirection_uri=URL)
    own, to_endpoint = order.deliveries.order_by("pk")
    assert (own.endpoint, to_endpoint.endpoint) == (None, endpoint)
    assert own.payload == to_endpoint.payload
    assert own.webhook_id != to_endpoint.webhook_id


def test_order_that_no_application_placed_is_told_to_nobody() -> None:
    endpoint = hook(make_application(), "order.*", "subscription.*")
    make_packed_order(caller=Caller(user=make_user()))
    assert kinds(endpoint) == []


def test_subscription_is_told_as_it_begins() -> None:
    application = make_application()
    endpoint = hook(application, "subscription.started")
    order = make_packed_order(caller=Caller(application=application), product="m")
    subscription = order.subscription
    (event,) = told(endpoint)
    assert event["data"] == {
        "subscription": {
            "id": subscription.pk,
            "state": "active",
            "product": "m",
            "order_hash": order.order_hash,
            "started_on": subscription.started_on.isoformat(),
            "ends_on": None,
        }
    }


def test_subscriptions_of_a_batch_take_two_statements(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    application = make_application()
    endpoint = hook(application, "subscription.*")
    begun = [make_subscription(application=application) for _ in range(5)]
    endpoint.deliveries.all().delete()
    loaded = list(Subscription.objects.select_related("order", "product"))
    for each in loaded:
        each.order.subscription = each
    with django_assert_num_queries(2):
        subscription_started.send(sender=Subscription, subscriptions=loaded)
    assert len(kinds(endpoint)) == len(begun)


@pytest.mark.parametrize(
    ("signal", "event"),
    [
        (invoice_issued, "invoice.issued"),
        (invoice_paid, "invoice.paid"),
        (invoice_overdue, "invoice.overdue"),
    ],
)
def test_invoice_is_told_to_the_application_that_placed_the_order(signal: Any, event: str) -> None:
    application = make_application()
    endpoint = hook(application, event)
    bystander = hook(make_application("Other"), "invoice.*")
    invoice = make_invoice(make_subscription(application=application))
    endpoint.deliveries.all().delete()
    signal.send(sender=Invoice, invoice=invoice)
    ((kind, shown),) = [(each["type"], each["data"]["invoice"]) for each in told(endpoint)]
    assert (kind, shown["number"], shown["state"]) == (event, invoice.number, "open")
    assert shown["order_hash"] == invoice.subscription.order.order_hash
    assert kinds(bystander) == []


def test_credit_note_is_issued_and_the_invoice_that_it_takes_back_is_not_paid() -> None:
    application = make_application()
    endpoint = hook(application, "invoice.*")
    invoice = make_invoice(make_subscription(application=application))
    endpoint.deliveries.all().delete()
    credit(invoice, make_staff(), reason="Ordered twice")
    shown = [(each["type"], each["data"]["invoice"]["kind"]) for each in told(endpoint)]
    assert shown == [("invoice.issued", "credit_note")]


def test_rollback_takes_the_webhook_along() -> None:
    application = make_application()
    endpoint = hook(application, "invoice.*")
    invoice = make_invoice(make_subscription(application=application))
    endpoint.deliveries.all().delete()
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        invoice_paid.send(sender=Invoice, invoice=invoice)
        assert kinds(endpoint) == ["invoice.paid"]
        raise ValueError("no")
    assert kinds(endpoint) == []


@pytest.mark.django_db(transaction=True)
def test_call_is_signed_with_the_secret_of_the_endpoint() -> None:
    with receiving(status(204)) as local:
        application = make_application()
        endpoint = hook(application, "order.*", url=local.uri)
        make_order(caller=Caller(application=application))
        deliver_all()
        (call,) = local.calls
        event = Webhook(endpoint.secret).verify(call.body, call.headers)
        assert event == told(endpoint)[0]
        assert Delivery.objects.get().state == "delivered"


@pytest.mark.django_db(transaction=True)
def test_410_switches_the_endpoint_off_and_nothing_else() -> None:
    with receiving(status(410)) as local:
        application = make_application()
        gone = hook(application, "order.*", url=local.uri)
        well = hook(application, "order.*", url=URL)
        order = make_order(caller=Caller(application=application))
        Delivery.objects.filter(endpoint=well).update(
            next_attempt_at=timezone.now() + timedelta(hours=1)
        )
        deliver_all()
        gone.refresh_from_db()
        assert (gone.enabled, well.enabled) == (False, True)
        assert transition(Order.objects.get(pk=order.pk), State.CANCELLED)
        assert len(kinds(gone)) == 1
        assert len(kinds(well)) == 2
        assert not replay(gone.deliveries.get())
        assert replay(well.deliveries.first())  # type: ignore[arg-type]


def test_erased_person_is_taken_out_of_what_was_told(settings: Settings) -> None:
    application = make_application()
    endpoint = hook(application, "order.*", "invoice.*", "subscription.*")
    invoice = make_invoice(make_subscription(application=application))
    invoice_paid.send(sender=Invoice, invoice=invoice)
    order = invoice.subscription.order
    assert order.user_email
    text = json.dumps(told(endpoint))
    assert order.user_email in text
    assert "buchhaltung@isarfilm.example" in text
    orders_erased.send(sender=Order, orders=[order.pk], names=set())
    text = json.dumps(told(endpoint))
    for gone in (order.user_email, "Katharina Huber", "buchhaltung@isarfilm.example", "Baaderstra"):
        assert gone not in text
    assert invoice.number in text


@pytest.mark.parametrize(
    ("kind", "event"),
    [
        ("change_asked", None),
        ("change_planned", "subscription.changed"),
        ("changed", "subscription.changed"),
        ("change_undone", None),
        ("change_refused", None),
        ("cancelled", "subscription.cancelled"),
        ("taken_back", "subscription.changed"),
        ("withdrawn", "subscription.cancelled"),
        ("ended", "subscription.ended"),
    ],
)
def test_what_happens_to_a_subscription_is_told_by_its_event(kind: str, event: str | None) -> None:
    application = make_application()
    endpoint = hook(application, "subscription.*")
    others = hook(make_application(), "subscription.*")
    subscription = make_subscription(application=application)
    endpoint.deliveries.all().delete()
    happened = SubscriptionEvent.objects.create(subscription=subscription, kind=kind)
    subscription_event.send(sender=Subscription, event=happened)
    assert kinds(endpoint) == ([event] if event else [])
    assert not others.deliveries.exists()


def test_event_tells_of_the_subscription_as_it_is_at_that_moment() -> None:
    application = make_application()
    endpoint = hook(application, "subscription.cancelled", "subscription.ended")
    subscription = make_subscription(application=application)
    subscription.ends_on = subscription.started_on
    subscription.product = Product.objects.get(code="m")
    for kind, column in {"withdrawn": "cancelled_at", "ended": "ended_at"}.items():
        setattr(subscription, column, timezone.now())
        happened = SubscriptionEvent.objects.create(subscription=subscription, kind=kind)
        subscription_event.send(sender=Subscription, event=happened)
    shown = {
        "id": subscription.pk,
        "state": "cancelled",
        "product": "m",
        "order_hash": subscription.order.order_hash,
        "started_on": subscription.started_on.isoformat(),
        "ends_on": subscription.started_on.isoformat(),
    }
    assert [(event["type"], event["data"]) for event in told(endpoint)] == [
        ("subscription.cancelled", {"subscription": shown}),
        ("subscription.ended", {"subscription": {**shown, "state": "ended"}}),
    ]
