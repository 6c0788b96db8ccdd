"""Events of orders as they really come about: each once, to the application that placed them."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.billing.balances import tell_overdue
from shop.billing.contract_withdrawal import withdraw
from shop.billing.models import Invoice
from shop.billing.payments import enter_payment
from shop.billing.signals import invoice_paid
from shop.notifications.webhooks.endpoints import EVENTS, WHOLE_KINDS, register
from shop.notifications.webhooks.models import WebhookEndpoint
from shop.orders.cancellation import cancel, expire_incomplete
from shop.orders.corrections import correct, readdress
from shop.orders.missing_details import fill_in
from shop.orders.models import Order, State
from shop.orders.order_billing import change_billing, fill_in_billing
from shop.orders.order_erasure import empty_orders
from shop.orders.order_fields import PERSONAL
from shop.orders.placing import Caller
from shop.orders.signals import order_corrected
from shop.orders.states import transition
from shop.tenancy.erasure import erase_address
from shop.tenancy.joining import join_as_known
from tests.api.recorded_events import BILLED, beat, happen
from tests.clock import clock_at
from tests.factories import (
    DETAILS,
    bystander,
    make_application,
    make_invoice,
    make_order,
    make_packed_order,
    make_seller,
    make_staff,
    make_subscription,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db

URL = "https://partner.example/hooks"
PRIVATE = {
    **{name: BILLED[name] for name in ("name", "street", "postal_code", "city", "country")},
    "customer_type": "private",
}


def hook(*events: str) -> WebhookEndpoint:
    return register(make_application(), {"url": URL, "events": list(events or WHOLE_KINDS)})


def caller_of(endpoint: WebhookEndpoint) -> Caller:
    return Caller(application=endpoint.application)


def told(endpoint: WebhookEndpoint, event: str) -> list[dict[str, Any]]:
    found = endpoint.deliveries.filter(type=event).order_by("pk")
    return [json.loads(each.payload)["data"]["order"] for each in found]


@pytest.fixture(autouse=True)
def others() -> Iterator[WebhookEndpoint]:
    """Another application, which is told of nothing."""
    endpoint = hook()
    with bystander():
        yield endpoint
    assert not endpoint.deliveries.exists()


def test_everything_that_happens_is_told_as_often_as_it_happens() -> None:
    endpoint = hook()
    happen(endpoint)
    expected = {
        # Placed, packing, packed; another one cancelled, which took along that it was placed.
        "order.state_changed": 5,
        "order.corrected": 1,
        "order.member_joined": 1,
        "order.erased": 1,
        "invoice.issued": 2,  # of the period, and of the change of tier
        "invoice.paid": 1,
        "invoice.overdue": 1,
        "subscription.started": 1,
        "subscription.changed": 1,
        "subscription.cancelled": 1,
        "subscription.ended": 1,
        "webhook_endpoint.test": 1,
    }
    assert Counter(endpoint.deliveries.values_list("type", flat=True)) == expected
    assert {*EVENTS, "webhook_endpoint.test"} == expected.keys()


def test_details_that_the_page_fills_in_are_told() -> None:
    endpoint = hook("order.*")
    order = make_order(caller=caller_of(endpoint), project_name=None)
    assert fill_in(order, {"project_name": "Der Kran"})
    (shown,) = told(endpoint, "order.corrected")
    order.refresh_from_db()
    assert (shown["project_name"], shown["state"]) == ("Der Kran", "pending")
    assert shown["updated_at"] == order.updated_at.isoformat().replace("+00:00", "Z")


def test_billing_that_is_filled_in_and_changed_is_told() -> None:
    endpoint = hook("order.corrected")
    order = make_order(caller=caller_of(endpoint))
    assert fill_in_billing(order, BILLED)
    assert change_billing(order, {**BILLED, "city": "Passau"}, actor=make_staff())
    cities = [shown["billing"]["city"] for shown in told(endpoint, "order.corrected")]
    assert cities == ["München", "Passau"]


def test_correction_by_staff_and_of_the_address_are_told_once_each() -> None:
    endpoint = hook("order.corrected")
    order = make_order(caller=caller_of(endpoint))
    assert transition(order, State.PACKING)
    assert transition(order, State.NEED_HUMAN)
    assert correct(order, {"client_name": "Kranich Film"}, actor=make_staff())
    assert correct(order, {"client_name": "Kranich Film"}, actor=make_staff())  # nothing new
    assert readdress(order, "nina@kranich.example", actor=None)
    shown = [
        (each["client_name"], each["user_email"]) for each in told(endpoint, "order.corrected")
    ]
    assert shown == [
        ("Kranich Film", "nicecustomer@gmx.com"),
        ("Kranich Film", "nina@kranich.example"),
    ]


def test_correction_that_came_too_late_is_not_told() -> None:
    endpoint = hook("order.corrected")
    order = make_order(caller=caller_of(endpoint), project_name=None)
    seen = Order.objects.get(pk=order.pk)
    assert fill_in(order, {"project_name": "Der Kran"})
    assert not fill_in(seen, {"project_name": "Der Turm"})
    assert [shown["project_name"] for shown in told(endpoint, "order.corrected")] == ["Der Kran"]


def test_rollback_of_a_correction_takes_its_event_along() -> None:
    endpoint = hook("order.corrected")
    order = make_order(caller=caller_of(endpoint))
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        fill_in_billing(order, BILLED)
        assert told(endpoint, "order.corrected")
        raise ValueError("no")
    assert not told(endpoint, "order.corrected")


def test_correction_of_an_order_without_endpoints_asks_at_most_for_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ours, theirs = (
        make_order(caller=Caller(user=make_user())),
        make_order(caller=caller_of(hook("invoice.*"))),
    )
    with django_assert_num_queries(0):
        order_corrected.send(sender=Order, order=ours)
    with django_assert_num_queries(1):
        order_corrected.send(sender=Order, order=theirs)


def test_known_member_who_joins_is_told_with_the_order_that_invited_them() -> None:
    endpoint = hook("order.member_joined")
    user = make_user(email="nina@kranich.example")
    order = make_packed_order(caller=caller_of(endpoint), user_email=user.email)
    assert not told(endpoint, "order.member_joined")
    assert order.invitation
    assert join_as_known(order.invitation)
    assert not join_as_known(order.invitation)
    (shown,) = told(endpoint, "order.member_joined")
    assert (shown["order_hash"], shown["user_email"]) == (order.order_hash, user.email)
    assert shown["subscription"]["state"] == "active"


def test_lapsed_order_is_told_as_cancelled_and_then_as_erased(settings: Settings) -> None:
    endpoint = hook("order.*")
    make_order(caller=caller_of(endpoint), project_name=None)
    with clock_at(timezone.now() + timedelta(days=settings.CANCEL_AFTER_DAYS + 1)):
        expire_incomplete(beat)
        expire_incomplete(beat)
    kinds = list(endpoint.deliveries.order_by("pk").values_list("type", flat=True))
    assert kinds == ["order.state_changed", "order.state_changed", "order.erased"]
    (shown,) = told(endpoint, "order.erased")
    assert (shown["state"], shown["user_email"], shown["client_name"]) == ("cancelled", None, None)


def test_cancelled_order_that_never_held_anything_is_not_told_as_erased() -> None:
    endpoint = hook("order.*")
    nothing: dict[str, Any] = dict.fromkeys(DETAILS)
    order = make_order(caller=caller_of(endpoint), **nothing)
    assert cancel(order, None)
    assert told(endpoint, "order.state_changed")
    assert not told(endpoint, "order.erased")


def test_erased_person_is_told_once_and_nowhere_named() -> None:
    endpoint = hook("order.*")
    order = make_order(caller=caller_of(endpoint), user_email="nina@kranich.example")
    assert cancel(order, None)
    erase_address("nina@kranich.example")
    empty_orders(Order.objects.filter(pk=order.pk))  # once more, as the end of a project does
    (shown,) = told(endpoint, "order.erased")
    assert {shown[name] for name in PERSONAL} == {None}
    assert "kranich.example" not in json.dumps([each.payload for each in endpoint.deliveries.all()])


def test_invoice_that_is_paid_while_overdue_ones_are_told_is_not_one_of_them() -> None:
    endpoint = hook("invoice.*")
    make_seller()
    invoice = make_invoice(make_subscription(application=endpoint.application))

    def pay() -> None:
        given: dict[str, Any] = {"currency": "EUR", "paid_on": timezone.localdate()}
        enter_payment(invoice, make_staff("billing"), amount_cents=invoice.gross_cents, **given)

    endpoint.deliveries.all().delete()
    with clock_at(timezone.now() + timedelta(days=60)):
        tell_overdue(pay)
    assert [*endpoint.deliveries.values_list("type", flat=True)] == ["invoice.paid"]


def test_withdrawn_contract_is_cancelled_and_ended(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    endpoint = hook("subscription.cancelled", "subscription.ended")
    order = make_packed_order(caller=caller_of(endpoint), billing=PRIVATE)
    assert withdraw(order)
    assert [*endpoint.deliveries.order_by("pk").values_list("type", flat=True)] == [
        "subscription.cancelled",
        "subscription.ended",
    ]


def test_event_goes_to_each_endpoint_that_asks_for_it_and_to_no_switched_off_one() -> None:
    endpoint = hook("invoice.paid")
    application = endpoint.application
    whole = register(application, {"url": URL, "events": ["invoice.*"]})
    off = register(application, {"url": URL, "events": ["invoice.*"], "enabled": False})
    invoice = make_invoice(make_subscription(application=application))
    invoice_paid.send(sender=Invoice, invoice=invoice)
    found = {
        each.pk: each.deliveries.filter(type="invoice.paid").count()
        for each in (endpoint, whole, off)
    }
    assert found == {endpoint.pk: 1, whole.pk: 1, off.pk: 0}


def test_patch_is_told_once_whatever_it_changes() -> None:
    endpoint = hook("order.corrected")
    order = make_order(caller=caller_of(endpoint), project_name=None)
    changes = {"project_name": "Der Kran", "reference": "PO-1", "billing": BILLED}
    headers = {"Authorization": f"Bearer {make_token(endpoint.application)}"}
    path, body = f"/api/orders/{order.order_hash}", {"order": changes}
    for _twice in range(2):
        answer = Client().patch(path, body, "application/json", headers=headers)
        assert answer.status_code in {200, 422}  # billing data are filled in once
    (shown,) = told(endpoint, "order.corrected")
    assert (shown["project_name"], shown["reference"]) == ("Der Kran", "PO-1")
    assert shown["billing"]["city"] == "München"
