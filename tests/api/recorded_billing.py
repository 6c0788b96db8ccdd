"""The calls about tiers, invoices and webhook endpoints whose answers are examples."""

from typing import Any

from django.utils import timezone
from pytest_django import Settings

from shop.access.models import Application
from shop.access.tokens import READ
from shop.api.invoice_schema import EVENTS
from shop.billing.models import Invoice, Subscription
from shop.billing.signals import (
    invoice_issued,
    invoice_overdue,
    invoice_paid,
    subscription_event,
)
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.notifications.webhooks.endpoints import register
from shop.notifications.webhooks.models import Delivery
from tests.api.recorded_calls import HASH, Examples, Recording, bearer, call, elsewhere
from tests.factories import make_application, make_invoice, make_subscription

INVOICES = "/api/invoices"
PRODUCTS = "/api/products"
ENDPOINTS = "/api/webhook_endpoints"
ENDPOINT = {"url": "https://partner.example/hooks", "events": ["order.*", "invoice.issued"]}
FAULTY = {"url": "http://partner.example/hooks", "events": ["invoices"], "secret": "mine"}
BUYER = {
    "customer_type": "company",
    "company": "Constantin Film",
    "name": "Nina Nagel",
    "street": "Feilitzschstraße 6",
    "postal_code": "80802",
    "city": "München",
    "country": "DE",
    "vat_id": "DE136695976",
    "reference": "PO-4711",
}
# Days and numbers are replaced, so that each run gives the same.
REPLACED = {
    "[0-9a-f]{32}": HASH,
    r'"(issued_on|period_start|started_on)": "[^"]*"': r'"\1": "2026-03-02"',
    r'"due_on": "[^"]*"': '"due_on": "2026-03-16"',
    r'"(period_end|ends_on)": "[^"]*"': r'"\1": "2026-04-01"',
    r'"number": "\d{4}-\d+"': '"number": "2026-000123"',
    r'"id": \d+': '"id": 3',
    r'"secret": "[^"]*"': '"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"',
}


def record_billing(settings: Settings) -> Examples:
    """The examples of `/api/products`, `/api/invoices` and `/api/webhook_endpoints`."""
    elsewhere(settings)
    recording = Recording()
    recording.ids.update(REPLACED)
    recording.keep("listTiers", "all", call("GET", PRODUCTS))
    recording.keep("showTier", "tier", call("GET", f"{PRODUCTS}/s"))
    recording.keep("showTier", "unknown", call("GET", f"{PRODUCTS}/none"))
    application = _record_endpoints(recording)
    _record_invoices(recording, application)
    for event in EVENTS:
        payload = Delivery.objects.filter(type=event).latest("pk").payload
        recording.found["events"]["sent"][event] = recording.settled(payload)
    return recording.found


def _record_endpoints(recording: Recording) -> Application:
    application = make_application()
    allowed = bearer(application)
    made = call("POST", ENDPOINTS, ENDPOINT, **allowed)
    path = made.headers["Location"]
    off = {"enabled": False}
    recording.keep("registerWebhookEndpoint", "registered", made, ENDPOINT)
    recording.keep("registerWebhookEndpoint", "refused", call("POST", ENDPOINTS, FAULTY, **allowed))
    recording.keep("listWebhookEndpoints", "all", call("GET", ENDPOINTS, **allowed))
    recording.keep(
        "listWebhookEndpoints", "scope", call("GET", ENDPOINTS, **bearer(application, READ))
    )
    recording.keep("showWebhookEndpoint", "endpoint", call("GET", path, **allowed))
    recording.keep("changeWebhookEndpoint", "off", call("PATCH", path, off, **allowed), off)
    assert call("DELETE", path, **allowed).status_code == 204
    return application


def _send_events_of(subscription: Subscription) -> None:
    """Send what is told of a subscription, each with the state that it then has."""
    kind = SubscriptionEvent.Kind
    ends: dict[str, Any] = {"cancelled_at": timezone.now(), "ends_on": subscription.started_on}
    states: dict[str, dict[str, Any]] = {
        kind.CHANGED: {},
        kind.CANCELLED: ends,
        kind.ENDED: {"ended_at": timezone.now()},
    }
    for happened, changes in states.items():
        for name, value in changes.items():
            setattr(subscription, name, value)
        event = SubscriptionEvent(kind=happened, subscription=subscription)
        subscription_event.send(sender=Subscription, event=event)


def _record_invoices(recording: Recording, application: Application) -> None:
    register(
        application, {"url": ENDPOINT["url"], "events": ["order.*", "invoice.*", "subscription.*"]}
    )
    # Apart: an invoice of a contract that ends is credited at once.
    _send_events_of(make_subscription(application=application, billing=BUYER))
    invoice = make_invoice(make_subscription(application=application, billing=BUYER))
    allowed = bearer(application)
    for signal in (invoice_issued, invoice_overdue, invoice_paid):
        signal.send(sender=Invoice, invoice=invoice)
    recording.keep("listInvoices", "page", call("GET", INVOICES, **allowed))
    recording.keep("listInvoices", "refused", call("GET", f"{INVOICES}?state=open", **allowed))
    recording.keep("showInvoice", "invoice", call("GET", f"{INVOICES}/{invoice.number}", **allowed))
    recording.keep("showInvoice", "unknown", call("GET", f"{INVOICES}/2000-000001", **allowed))
