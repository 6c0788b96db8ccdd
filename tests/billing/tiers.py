"""Tiers, and what is agreed of a subscription whose tier changes."""

from typing import Any

from shop.billing.models import Subscription
from shop.catalogue.models import Product
from shop.tenancy.models import Project


def tier(code: str) -> Product:
    return Product.objects.get(code=code)


def sell_by_the_year(code: str, cents: int) -> None:
    Product.objects.filter(code=code).update(yearly_net_cents=cents)


def agreed(subscription: Subscription) -> tuple[Any, ...]:
    """The terms agreed now, of the subscription and its project."""
    subscription.refresh_from_db()
    project = Project.objects.get(pk=subscription.project_id)
    return (
        *(subscription.product.code, subscription.interval, subscription.list_cents),
        *(subscription.anchor_on, subscription.next_period_on, project.product.code),
    )


def events(subscription: Subscription) -> list[str]:
    return [str(each.kind) for each in subscription.events.all()]
