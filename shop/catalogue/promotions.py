"""Find a promotion that is valid now, compute its discount, count its uses."""

from django.db.models import F, Q
from django.utils import timezone

from shop.catalogue.models import Product, Promotion
from shop.catalogue.prices import percent_of


def find_promotion(code: str, product: Product) -> Promotion | None:
    """Return the promotion `code` if it is valid for `product` now (contract, "Orders API")."""
    now = timezone.now()
    promotion = (
        Promotion.objects.filter(_unused, code=code, valid_from__lte=now)
        .filter(Q(valid_until=None) | Q(valid_until__gt=now))
        .filter(Q(tiers=None) | Q(tiers=product))
        .first()
    )
    # Codes have an exact case, but some databases compare without it.
    return promotion if promotion and promotion.code == code else None


def discount(promotion: Promotion, net_cents: int) -> int:
    """Return the discount on a net price, in cents; at most the price itself."""
    if promotion.percent is None:
        return min(promotion.amount_cents or 0, net_cents)
    return percent_of(net_cents, promotion.percent)


def use(promotion: Promotion) -> bool:
    """Count one use of `promotion`; return False if all its uses are taken."""
    return bool(Promotion.objects.filter(_unused, pk=promotion.pk).update(uses=F("uses") + 1))


_unused = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
