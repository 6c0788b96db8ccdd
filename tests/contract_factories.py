"""Real rows of a contract's life for tests."""

from typing import Any

from django.utils import timezone

from shop.billing.models import Subscription
from shop.packing.models import ContractRun
from tests.factories import make_subscription


def make_run(subscription: Subscription | None = None, **fields: Any) -> ContractRun:
    """A run of the steps of an end that is due; `fields` are its columns."""
    subscription = subscription or make_subscription()
    due = {"kind": ContractRun.Kind.ENDING, "next_attempt_at": timezone.now()}
    return ContractRun.objects.create(subscription=subscription, **{**due, **fields})
