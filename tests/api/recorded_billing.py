"""The calls about tiers, invoices and webhook endpoints whose answers are examples."""

from django.utils import timezone
from pytest_django import Settings

from shop.access.models import Application
from shop.access.tokens import READ
from shop.notifications.webhooks.models import Attempt, Delivery
from tests.api.recorded_calls import HASH, Examples, Recording, bearer, call, elsewhere
from tests.api.recorded_events import sent_events
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
WEBHOOK_ID = "msg_5d0c3f6e8a7b42919e1f0a4c2b6d8e73"
# What is refused while an endpoint is off.
OFF = {"test": "testWebhookEndpoint", "replay": "replayWebhookDeliveries"}
# Days and numbers are replaced, so that each run gives the same.
REPLACED = {
    "msg_[0-9a-f]{32}": WEBHOOK_ID,
    "(?<!msg_)[0-9a-f]{32}": HASH,
    # Within a payload, which is a text.
    r'\\"\d{4}-\d\d-\d\dT[\d:.]+Z\\"': r'\\"2026-03-02T09:30:00.120000Z\\"',
    r'\\"id\\": \d+': r'\\"id\\": 3',
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
    for event, payload in sent_events().items():
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
    _record_deliveries(recording, path, allowed)
    recording.keep("changeWebhookEndpoint", "off", call("PATCH", path, off, **allowed), off)
    for action, operation in OFF.items():
        body = {"since": "2026-03-02T09:00:00Z"} if action == "replay" else {}
        recording.keep(operation, "off", call("POST", f"{path}/{action}", body, **allowed))
    assert call("DELETE", path, **allowed).status_code == 204
    return application


def _record_deliveries(recording: Recording, path: str, allowed: dict[str, str]) -> None:
    tested = call("POST", f"{path}/test", {}, **allowed)
    recording.keep("testWebhookEndpoint", "queued", tested, {})
    queued = Delivery.objects.latest("pk")
    now = timezone.now()
    Attempt.objects.create(
        delivery=queued, at=now, milliseconds=84, status=503, failure="status", answer="Try later"
    )
    Attempt.objects.create(delivery=queued, at=now, milliseconds=61, status=204)
    Delivery.objects.update(state=Delivery.State.DELIVERED, attempts=2)
    recording.keep("listWebhookDeliveries", "page", call("GET", f"{path}/deliveries", **allowed))
    wrong = call("GET", f"{path}/deliveries?state=lost", **allowed)
    recording.keep("listWebhookDeliveries", "refused", wrong)
    for name, body in {"since": {"since": "2026-03-02T09:00:00Z"}, "faulty": {}}.items():
        replayed = call("POST", f"{path}/replay", body, **allowed)
        sent = body if replayed.status_code < 300 else None
        recording.keep("replayWebhookDeliveries", name, replayed, sent)
    one = {"delivery": queued.webhook_id}
    replayed = call("POST", f"{path}/replay", one, **allowed)
    recording.keep("replayWebhookDeliveries", "delivery", replayed, {"delivery": WEBHOOK_ID})
    rotated = call("POST", f"{path}/rotate_secret", {}, **allowed)
    recording.keep("rotateWebhookEndpointSecret", "rotated", rotated, {})


def _record_invoices(recording: Recording, application: Application) -> None:
    invoice = make_invoice(make_subscription(application=application, billing=BUYER))
    allowed = bearer(application)
    recording.keep("listInvoices", "page", call("GET", INVOICES, **allowed))
    recording.keep("listInvoices", "refused", call("GET", f"{INVOICES}?state=open", **allowed))
    recording.keep("showInvoice", "invoice", call("GET", f"{INVOICES}/{invoice.number}", **allowed))
    recording.keep("showInvoice", "unknown", call("GET", f"{INVOICES}/2000-000001", **allowed))
