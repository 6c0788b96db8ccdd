"""Real rows of a contract's life for tests."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language

from shop.billing.change_quotes import quote_change
from shop.billing.declaration_matching import match_received
from shop.billing.declaration_rows import DeclarationCase
from shop.billing.declarations import declare
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import change_tier
from shop.catalogue.models import Product
from shop.orders.models import Order
from shop.packing.models import ContractRun
from shop.tenancy.models import User
from tests.billing.runs import begun_on, issue_on
from tests.factories import make_client, make_seller, make_subscription


def make_tier_change(
    subscription: Subscription,
    product: str = "m",
    interval: str | None = None,
    by: User | None = None,
    **options: Any,
) -> TierChange:
    """A change that the client_admin has confirmed today; its options are those of `change_tier`."""
    tier = Product.objects.get(code=product)
    quote = quote_change(subscription, tier, interval or subscription.interval)
    return change_tier(quote, quote.hash, by or subscription.client.client_admin, **options)


def make_running_contract(days: int = 10, **fields: Any) -> Subscription:
    """A known client_admin's contract by the month, begun some days ago and invoiced."""
    make_seller()
    client = fields.pop("client", None) or make_client()
    subscription = begun_on(timezone.localdate() - timedelta(days=days), client=client, **fields)
    issue_on(timezone.localdate(), subscription)
    return Subscription.objects.select_related("order", "client", "project").get(pk=subscription.pk)


def make_change_row(subscription: Subscription) -> TierChange:
    """The row of a change that counts; nothing else is changed."""
    product = subscription.product
    return TierChange.objects.create(
        subscription=subscription, state=TierChange.State.APPLIED, interval="month",
        old_interval="month", old_product=product, product=product, list_cents=1, old_list_cents=1,
    )  # fmt: skip


def make_run(subscription: Subscription | None = None, /, **fields: Any) -> ContractRun:
    """A run of the steps of an end that is due; `fields` are its columns."""
    subscription = subscription or make_subscription()
    due = {"kind": ContractRun.Kind.ENDING, "next_attempt_at": timezone.now()}
    return ContractRun.objects.create(subscription=subscription, **{**due, **fields})


def make_declaration(
    order: Order | None = None, *, kind: str = "cancellation", matched: bool = True, **fields: Any
) -> DeclarationCase:
    """The case of a declaration that names `order`; `fields` are the columns that were typed.

    `matched`: the worker has looked at it, and at all others.
    """
    typed = {
        "name": "Nina Nagel",
        "contract": str(order.order_number) if order else "my contract",
        "email": "nina@example.com",
        **fields,
    }
    case = declare(kind, typed, get_language() or "en")
    if matched:
        match_received(lambda: None)
    return DeclarationCase.objects.select_related("declaration", "order").get(pk=case.pk)
