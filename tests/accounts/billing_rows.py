"""Rows of billing for tests of pages and mails."""

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from shop.billing.models import Invoice, Subscription
from shop.catalogue.models import Product
from shop.catalogue.seller import Seller, VatRate
from shop.orders.models import Order, State
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Client
from tests.factories import make_client, make_project

SELLER = {
    "legal_name": "Lichtspiel Software GmbH", "street": "Lindwurmstraße 88",
    "postal_code": "80337", "city": "München", "country": "DE", "vat_id": "DE129273398",
    "email": "rechnung@lichtspiel.example", "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
}  # fmt: skip
BILLING: dict[str, Any] = {
    "customer_type": "company", "company": "Isarfilm Produktion GmbH", "name": "Katharina Huber",
    "street": "Baaderstraße 12", "street2": "Rückgebäude", "postal_code": "80469",
    "city": "München", "country": "DE", "vat_id": "DE136695976",
    "email": "buchhaltung@isarfilm.example", "reference": "PO-4711",
}  # fmt: skip
numbers = itertools.count(1)


def make_seller() -> Seller:
    for country, rate in (("DE", "19"), ("AT", "20"), ("FR", "20")):
        VatRate.objects.get_or_create(
            country=country, valid_from=date(2021, 7, 1), defaults={"rate": Decimal(rate)}
        )
    return Seller.objects.update_or_create(pk=1, defaults=SELLER)[0]


def make_profile(client: Client, **fields: Any) -> BillingProfile:
    return BillingProfile.objects.create(client=client, **{**BILLING, **fields})


def make_subscription(client: Client | None = None, **fields: Any) -> Subscription:
    product = Product.objects.get(code="s")
    project = make_project(client=client or make_client())
    number = next(numbers)
    order = Order.objects.create(
        order_hash=f"{number:032x}", order_number=f"0000-{number:04}", state=State.PACKED,
        complete=True, product=product, tier_name="S", net_cents=4900, currency="EUR",
        language="en", user_email=f"first{number}@example.com", delivered_project=project,
        delivered_client=project.client,
    )  # fmt: skip
    started = date(2026, 12, 1)
    existing = Subscription.objects.filter(order=order)
    values = {
        "client": client or order.delivered_client,
        "project": order.delivered_project,
        "product": order.product,
        "list_cents": order.net_cents,
        "currency": "EUR",
        "started_on": started,
        "anchor_on": started,
        "next_period_on": started,
        **fields,
    }
    if existing.exists():
        existing.update(**values)
        return existing.get()
    return Subscription.objects.create(order=order, **values)


def make_invoice(subscription: Subscription | None = None, **fields: Any) -> Invoice:
    subscription = subscription or make_subscription()
    start = fields.pop("period_start", date(2026, 12, 1))
    end = start + timedelta(days=30)
    buyer = {name: value for name, value in BILLING.items() if value}
    seller = {name: value for name, value in SELLER.items() if value}
    line = {
        "text": "S", "detail": "", "quantity": "1", "unit_cents": 4900, "net_cents": 4900,
        "vat_rate": "19", "period_start": start.isoformat(), "period_end": end.isoformat(),
    }  # fmt: skip
    total = {"vat_rate": "19", "rule": "domestic", "net_cents": 4900, "vat_cents": 931}
    document = {"seller": seller, "buyer": buyer, "lines": [line], "totals": [total], "notes": []}
    values = {
        "number": f"2026-{next(numbers):06}",
        "client": subscription.client,
        "issued_on": start,
        "due_on": start + timedelta(days=14),
        "period_start": start,
        "period_end": end,
        "language": "en",
        "recipient": BILLING["email"],
        "currency": "EUR",
        "net_cents": 4900,
        "vat_cents": 931,
        "gross_cents": 5831,
        "document": document,
        "keep_until": date(2034, 12, 31),
        **fields,
    }
    return Invoice.objects.create(subscription=subscription, **values)
