"""Every event once, as it really happens to an application's orders."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from shop.api.event_schema import EVENTS
from shop.billing.balances import tell_overdue
from shop.billing.contract_cancellation import cancel_contract
from shop.billing.contract_end import end_due
from shop.billing.issuing import issue_due
from shop.billing.models import Invoice, Subscription
from shop.billing.payments import enter_payment
from shop.notifications.webhooks.endpoints import WHOLE_KINDS, register
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import send_test
from shop.orders.cancellation import expire_incomplete
from shop.orders.models import Order
from shop.orders.order_billing import fill_in_billing
from shop.orders.placing import Caller
from shop.tenancy.joining import NewMember, join_as_new
from tests.clock import clock_at
from tests.contract_factories import make_tier_change
from tests.factories import (
    BILLING,
    make_application,
    make_order,
    make_seller,
    make_staff,
    pack_all,
)

BILLED = {name: value for name, value in BILLING.items() if value}


def sent_events() -> dict[str, str]:
    """The payload of each event, by its name: the first that is sent, of changes to packed."""
    endpoint = register(
        make_application(),
        {"url": "https://partner.example/hooks", "events": list(WHOLE_KINDS)},
    )
    happen(endpoint)
    return {event: _first(endpoint, event) for event in EVENTS}


def happen(endpoint: WebhookEndpoint) -> None:
    """Have everything happen of which the endpoint is told."""
    make_seller()
    caller = Caller(application=endpoint.application)
    order = make_order(caller=caller, user_first_name="Nina", user_last_name="Nagel")
    assert fill_in_billing(order, BILLED)
    pack_all()
    order.refresh_from_db()
    assert order.invitation
    assert join_as_new(order.invitation, NewMember("a long pass phrase", "Nina", "Nagel", "", "de"))
    _bill(order)
    _end(Subscription.objects.get(order=order))
    make_order(caller=caller, project_name=None)  # which nobody completes
    after = timezone.now() + timedelta(days=settings.CANCEL_AFTER_DAYS + 1)
    with clock_at(after):
        expire_incomplete(beat)
    send_test(endpoint)


def beat() -> None:
    """The beat of a worker."""


def _bill(order: Order) -> None:
    issue_due(beat)
    invoice = Invoice.objects.get(subscription__order=order)
    with clock_at(timezone.now() + timedelta(days=30)):
        tell_overdue(beat)
    paid: dict[str, Any] = {"currency": invoice.currency, "paid_on": timezone.localdate()}
    enter_payment(invoice, make_staff("billing"), amount_cents=invoice.gross_cents, **paid)


def _end(subscription: Subscription) -> None:
    make_tier_change(subscription)
    assert cancel_contract(Subscription.objects.get(pk=subscription.pk), by=make_staff())
    with clock_at(timezone.now() + timedelta(days=70)):
        end_due(beat)


def _first(endpoint: WebhookEndpoint, event: str) -> str:
    found = Delivery.objects.filter(endpoint=endpoint, type=event)
    if event == "order.state_changed":  # the one that programs wait for
        found = found.filter(payload__contains='"state": "packed"')
    return found.earliest("pk").payload
