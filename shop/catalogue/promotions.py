"""Promotion codes: whether one is good now, what it takes off, and how often it was used."""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Q
from django.utils import timezone

from shop.catalogue.models import Product, Promotion


def find_promotion(code: str, product: Product) -> Promotion | None:
    """The promotion called `code`, if it is good now for the tier `product` (contract, "Orders API")."""
    now = timezone.now()
    promotion = (
        Promotion.objects.filter(_unused, code=code, valid_from__lte=now)
        .filter(Q(valid_until=None) | Q(valid_until__gt=now))
        .filter(Q(tiers=None) | Q(tiers=product))
        .first()
    )
    # Some databases compare without regard to case.
    return promotion if promotion and promotion.code == code else None


def discount(promotion: Promotion, net_cents: int) -> int:
    """What `promotion` takes off a net price, in cents; never more than the price."""
    if promotion.percent is None:
        return min(promotion.amount_cents or 0, net_cents)
    exact = Decimal(net_cents) * promotion.percent / 100
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def use(promotion: Promotion) -> bool:
    """Count one use of `promotion`; False where the last one has just been taken."""
    return bool(Promotion.objects.filter(_unused, pk=promotion.pk).update(uses=F("uses") + 1))


_unused = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
