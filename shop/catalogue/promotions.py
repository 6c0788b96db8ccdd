"""Find a promotion that is valid now, compute its discount, count its uses."""

from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotion_codes import canonical_code

YEAR = 12  # months


def find_promotion(code: str, product: Product) -> Promotion | None:
    """Return the promotion `code` if it is valid for `product` now (contract, "Orders API")."""
    now = timezone.now()
    second = now.replace(microsecond=0)
    return _closest(
        code,
        Promotion.objects.filter(_unused, valid_from__lte=now, switched_off_at=None)
        .filter(Q(valid_until=None) | Q(valid_until__gte=second))
        .filter(Q(tiers=None) | Q(tiers=product)),
    )


def named_promotion(code: str) -> Promotion | None:
    """Return the promotion `code`, valid or not."""
    return _closest(code, Promotion.objects.all())


def _closest(code: str, promotions: QuerySet[Promotion]) -> Promotion | None:
    found = promotions.filter(Q(key=canonical_code(code)) | Q(key=None, code=code))
    # One without a key is found by its exact spelling alone, which then counts first.
    return min(found, key=lambda promotion: promotion.key is not None, default=None)


def discount(promotion: Promotion, net_cents: int, interval: str = Interval.MONTH) -> int:
    """Return the discount on the net price of an interval, in cents; at most the price itself.

    An amount is that of a month: of a year, twelve times as much. A promotion for fewer months than
    twelve is taken off these months of a year alone.
    """
    return discount_for(promotion, net_cents, interval, promotion.months)


def discount_for(
    promotion: Promotion, net_cents: int, interval: str, months_left: int | None
) -> int:
    """Return the same where the promotion still counts for some months; None: for ever."""
    of_interval = YEAR if interval == Interval.YEAR else 1
    months = of_interval if months_left is None else min(max(months_left, 0), of_interval)
    if promotion.percent is None:
        return min((promotion.amount_cents or 0) * months, net_cents)
    # Multiplied first: a twelfth is no exact decimal number, and halves are to be rounded up.
    exact = Decimal(net_cents) * promotion.percent * months / (100 * of_interval)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def use(promotion: Promotion) -> bool:
    """Count one use of `promotion`; return False if all its uses are taken."""
    return bool(Promotion.objects.filter(_unused, pk=promotion.pk).update(uses=F("uses") + 1))


_unused = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
