"""Made-up invoices for previews of mails. Nothing here is written to the database."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from shop.billing.models import Invoice, Subscription
from shop.notifications.emails.samples import NO_PK, sample_order
from shop.tenancy.models import Client, Project
from shop.theme import shop_name


def invoice_sample(**details: Any) -> dict[str, Any]:
    """Return the fields of a message about an invoice, with `details` besides it."""
    return {"details": {"invoice": _sample_invoice(), **details}}


def credit_note_sample() -> dict[str, Any]:
    """Return the fields of a message about a credit note."""
    corrected = _sample_invoice()
    fields = {"number": "2026-000124", "kind": Invoice.Kind.CREDIT_NOTE, "corrects": corrected}
    return {"details": {"invoice": _sample_invoice(**fields)}}


def sample_subscription(**fields: Any) -> Subscription:
    """Return a subscription of a client with a project, with `fields` besides them."""
    client = Client(pk=NO_PK, name="Beispielfilm GmbH")
    project = Project(pk=NO_PK, name="Der erste Dreh", client=client)
    order = sample_order()
    return Subscription(pk=NO_PK, order=order, client=client, project=project, **fields)


def _sample_invoice(**fields: Any) -> Invoice:
    today = timezone.localdate()
    subscription = sample_subscription()
    german = get_language() == "de"
    seller = {
        "legal_name": f"{shop_name()} Software GmbH", "street": "Lindwurmstraße 88",
        "postal_code": "80337", "city": "München", "country": "DE",
        "email": "rechnung@slate.example", "iban": "DE02120300000000202051",
        "bic": "BYLADEM1001",
    }  # fmt: skip
    buyer = {
        "customer_type": "company", "company": subscription.client.name, "street": "Baaderstraße 12",
        "postal_code": "80469", "city": "München", "country": "DE",
    }  # fmt: skip
    line = {
        "text": "Tarif Commercial, ein Monat" if german else "Plan Commercial, one month",
        "unit_cents": 4900, "net_cents": 4900, "vat_rate": "19",
    }  # fmt: skip
    total = {"vat_rate": "19", "rule": "domestic", "net_cents": 4900, "vat_cents": 931}
    return Invoice(
        **{
            "pk": NO_PK,
            "number": "2026-000123",
            "client": subscription.client,
            "subscription": subscription,
            "reason": "Der Tarif war doppelt bestellt." if german else "Ordered twice.",
            "issued_on": today,
            "due_on": today + timedelta(days=14),
            "period_start": today,
            "period_end": today + timedelta(days=29),
            "currency": "EUR",
            "net_cents": 4900,
            "vat_cents": 931,
            "gross_cents": 5831,
            "document": {"seller": seller, "buyer": buyer, "lines": [line], "totals": [total]},
            **fields,
        }
    )
