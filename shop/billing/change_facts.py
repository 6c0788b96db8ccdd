"""The facts on which a change of a subscription's tier depends, and the price of a tier by them."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone

from shop.billing.holds import Ready, Selling, WaitsFor, ready_or_hold
from shop.billing.models import Subscription
from shop.billing.periods import add_months, months_between, share_of
from shop.billing.tier_change_rows import TierChange
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotions import discount_for, named_promotion
from shop.catalogue.seller import own_vat_rate
from shop.catalogue.vat import Vat, VatRule
from shop.tenancy.models import Membership


@dataclass(frozen=True)
class NewPrice:
    """The price of a tier, in cents, as it is agreed; `net_cents` is that of one period.

    The discount of a later year is that of its months alone.
    """

    list_cents: int
    discount_cents: int
    discount_ends_on: date | None
    net_cents: int


@dataclass(frozen=True)
class ChangeFacts:
    """All that the quotes of one subscription depend on, read once."""

    subscription: Subscription
    today: date
    under_way: bool
    ready: Ready | WaitsFor
    members: int
    promotion: Promotion | None
    promoted: frozenset[int]  # tiers; empty: all

    @cached_property
    def vat(self) -> Vat:
        """The VAT of an invoice of today; the seller's own rate as long as that is not known."""
        if isinstance(self.ready, Ready):
            return self.ready.vat
        return Vat(VatRule.DOMESTIC, own_vat_rate())

    @property
    def promotion_ends_on(self) -> date | None:
        """The day from which the promotion counts no longer, as agreed with the order."""
        months = self.subscription.order.discount_months
        if self.subscription.discount_ends_on or months is None:
            return self.subscription.discount_ends_on
        return add_months(self.subscription.started_on, months)

    def price(self, product: Product, interval: str, start: date, anchor: date) -> NewPrice:
        """The price of a period that begins on `start`, of a contract that counts from an anchor.

        An unexpired promotion stays if it is valid for the tier (contract, "Changing").
        """
        yearly = interval == Interval.YEAR
        list_cents = (product.yearly_net_cents or 0) if yearly else product.net_cents
        promotion, ends_on = self.promotion, self.promotion_ends_on
        left = None if ends_on is None else months_between(start, ends_on)
        is_for_others = bool(self.promoted) and product.pk not in self.promoted
        if promotion is None or is_for_others or (left is not None and left <= 0):
            return NewPrice(list_cents, 0, None, list_cents)
        # See `Subscription.discount_cents_on`: agreed is the discount of the first period; of a
        # later one its share is taken of a whole interval's.
        if start == anchor:
            off = of_period = discount_for(promotion, list_cents, interval, left)
        else:
            off = of_period = discount_for(promotion, list_cents, interval, None)
            if ends_on is not None:
                of_period = share_of(off, interval, start, ends_on)
        return NewPrice(list_cents, off, ends_on, list_cents - of_period)


def changes_under_way(subscription: Subscription) -> QuerySet[TierChange]:
    """The change that is planned or waits for approval, if there is one."""
    under_way = (TierChange.State.APPROVAL, TierChange.State.PLANNED)
    return TierChange.objects.filter(subscription=subscription, state__in=under_way)


def facts_of(subscription: Subscription, without: TierChange | None = None) -> ChangeFacts:
    """The facts as they are now; `without` is a change under way that does not count."""
    today = timezone.localdate()
    changes = changes_under_way(subscription)
    if without:
        changes = changes.exclude(pk=without.pk)
    code = subscription.promo_code
    promotion = named_promotion(code) if code else None
    return ChangeFacts(
        subscription=subscription,
        today=today,
        under_way=changes.exists(),
        ready=ready_or_hold(subscription, Selling.now(), today),
        members=Membership.objects.filter(project=subscription.project_id).count(),
        promotion=promotion,
        promoted=frozenset(promotion.tiers.values_list("pk", flat=True) if promotion else ()),
    )
