"""Consents to the terms that are known already: the same person is not asked twice."""

from datetime import datetime

from shop.content.models import Version
from shop.orders.models import Basket, State
from shop.tenancy.models import Invitation, User


def agreed_at(user: User, terms: Version) -> datetime | None:
    """Return when `user` last agreed to the version `terms`: with an order, or when they joined."""
    ordered = Basket.objects.filter(order__placed_by=user, terms=terms)
    joined = Invitation.objects.filter(membership__user=user, terms=terms)
    times = (
        ordered.exclude(order__state=State.NEW)
        .values_list("agreed_at", flat=True)
        .union(joined.values_list("used_at", flat=True))
    )
    return max((each for each in times if each), default=None)
