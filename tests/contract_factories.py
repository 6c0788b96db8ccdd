"""Real rows of a contract's life for tests."""

from typing import Any

from django.utils import timezone

from shop.billing.change_quotes import quote_change
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import TierChange
from shop.billing.tier_changes import change_tier
from shop.catalogue.models import Product
from shop.packing.models import ContractRun
from shop.tenancy.models import User
from tests.factories import make_subscription


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


def make_run(subscription: Subscription | None = None, **fields: Any) -> ContractRun:
    """A run of the steps of an end that is due; `fields` are its columns."""
    subscription = subscription or make_subscription()
    due = {"kind": ContractRun.Kind.ENDING, "next_attempt_at": timezone.now()}
    return ContractRun.objects.create(subscription=subscription, **{**due, **fields})
