"""Quotes of changes of a subscription's tier or interval: amounts, days, and refusals.

Upwards, a higher agreed net price for the same interval, counts at once and is invoiced by days; all
else counts from the next period, but what was free so far has none (contract, "Changing").
"""

import hashlib
import json
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from shop.billing.change_facts import ChangeFacts, NewPrice, facts_of
from shop.billing.change_refusals import NoChangeError
from shop.billing.holds import Ready
from shop.billing.models import Subscription
from shop.billing.periods import days_left, next_start, period_of, share_of_days
from shop.billing.tier_change_rows import TierChange
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.prices import percent_of


@dataclass(frozen=True)
class ChangeQuote:
    """The price of a change, in cents, and the day from which it counts."""

    subscription: Subscription
    product: Product
    interval: str
    # Down also where the price is the same, or the interval another.
    direction: Literal["up", "down"]
    needs_approval: bool  # then all amounts are those of a change today
    from_on: date
    at_once: bool  # else it is planned for the period that begins on `from_on`
    # Of a change upwards: the two lines of the invoice by days, and its VAT.
    credited_cents: int
    charged_cents: int
    days: int  # the days of the period that are left, of
    of_days: int
    period_end: date | None  # the last one of these days
    vat_rate: Decimal
    vat_rule: str
    vat_cents: int
    # From then on, for one interval. A discount of months is that of the first period from then on.
    list_cents: int
    discount_cents: int
    discount_ends_on: date | None
    anchor_on: date
    next_invoice_on: date | None  # of the next whole period; None: it is free
    next_net_cents: int  # of that invoice
    ready: Ready | None = field(compare=False, repr=False)
    hash: str = ""

    @property
    def net_cents(self) -> int:
        """The net sum of the invoice by days."""
        return self.charged_cents - self.credited_cents

    @property
    def gross_cents(self) -> int:
        """The sum of the invoice by days."""
        return self.net_cents + self.vat_cents

    @property
    def next_gross_cents(self) -> int:
        """The sum of the invoice of the next whole period."""
        return self.next_net_cents + percent_of(self.next_net_cents, self.vat_rate)


def quote_change(subscription: Subscription, product: Product, interval: str) -> ChangeQuote:
    """The quote of a change that is confirmed today. Raises NoChangeError."""
    return quote_by(facts_of(subscription), product, interval)


def quote_by(facts: ChangeFacts, product: Product, interval: str) -> ChangeQuote:
    """The quote of a change, by what is known. Raises NoChangeError."""
    _refuse(facts, product, interval)
    subscription, today = facts.subscription, facts.today
    if subscription.list_cents == 0:
        quote = _from_free(facts, product, interval)
    elif interval != subscription.interval:
        quote = _from_next_period(facts, product, interval)
    else:
        start, _end = period_of(subscription.anchor_on, interval, today)
        now = facts.price(product, interval, start, subscription.anchor_on)
        is_up = now.net_cents > subscription.net_cents_on(start)
        quote = (_upwards if is_up else _from_next_period)(facts, product, interval)
    return replace(quote, hash=_hash(quote, today))


def quote_of_waiting(subscription: Subscription, change: TierChange) -> ChangeQuote:
    """The quote of a change that waits for approval: by today, at the price agreed to.

    A price that was changed in the catalogue since does not touch it. Raises NoChangeError.
    """
    product = copy(change.product)
    if change.interval == Interval.YEAR:
        product.yearly_net_cents = change.list_cents
    else:
        product.net_cents = change.list_cents
    return quote_by(facts_of(subscription, without=change), product, change.interval)


@dataclass(frozen=True)
class TierOffer:
    """A tier to which a subscription could be changed, for one interval: its quote or the refusal."""

    product: Product
    interval: str
    quote: ChangeQuote | None
    refusal: NoChangeError | None


def tiers_to_change_to(subscription: Subscription) -> list[TierOffer]:
    """An offer for each listed tier of the same currency and each interval it is sold for."""
    facts = facts_of(subscription)
    listed = Product.objects.filter(listed=True, currency=subscription.currency)
    return [
        _offer(facts, product, interval) for product in listed for interval in intervals_of(product)
    ]


def intervals_of(product: Product) -> Sequence[Interval]:
    """The intervals for which a tier is sold."""
    return [Interval.MONTH, Interval.YEAR] if product.yearly_net_cents else [Interval.MONTH]


def _offer(facts: ChangeFacts, product: Product, interval: str) -> TierOffer:
    try:
        return TierOffer(product, interval, quote_by(facts, product, interval), None)
    except NoChangeError as refusal:
        return TierOffer(product, interval, None, refusal)


def _refuse(facts: ChangeFacts, product: Product, interval: str) -> None:
    subscription = facts.subscription
    is_same = product.pk == subscription.product_id and (
        interval == subscription.interval or subscription.list_cents == 0 == product.net_cents
    )
    reasons = {
        "ended": subscription.ended_at is not None,
        "cancelled": subscription.cancelled_at is not None or subscription.ends_on is not None,
        "under_way": facts.under_way,
        "same": is_same,
        "currency": product.currency != subscription.currency,
        "retired": not product.listed,
        "interval": interval not in intervals_of(product),
    }
    for code, counts in reasons.items():
        if counts:
            raise NoChangeError(code)
    if facts.members > product.members:
        raise NoChangeError("no_place", members=facts.members, places=product.members)


def _from_free(facts: ChangeFacts, product: Product, interval: str) -> ChangeQuote:
    """At once, from a new anchor, for a whole period, whose invoice the ordinary job issues."""
    today = facts.today
    price = facts.price(product, interval, today, today)
    if price.list_cents and not isinstance(facts.ready, Ready):
        raise NoChangeError(facts.ready)
    return _quote(facts, product, interval, price, from_on=today, anchor=today, at_once=True)


def _upwards(facts: ChangeFacts, product: Product, interval: str) -> ChangeQuote:
    """At once, with an invoice of the days that are left of the period, today included."""
    subscription, today, anchor = facts.subscription, facts.today, facts.subscription.anchor_on
    if not isinstance(facts.ready, Ready):
        raise NoChangeError(facts.ready)
    if subscription.next_period_on is None or subscription.next_period_on <= today:
        raise NoChangeError(subscription.waits_for or "due")
    start, end = period_of(anchor, interval, today)
    of_days = days_left(end, start)
    days = min(days_left(end, today), of_days)
    price = facts.price(product, interval, start, anchor)
    credited = share_of_days(subscription.net_cents_on(start), days, of_days)
    charged = share_of_days(price.net_cents, days, of_days)
    following = facts.price(product, interval, subscription.next_period_on, anchor)
    quote = _quote(facts, product, interval, price, from_on=today, anchor=anchor, at_once=True)
    return replace(
        quote,
        credited_cents=credited,
        charged_cents=charged,
        days=days,
        of_days=of_days,
        period_end=end,
        vat_cents=percent_of(charged - credited, quote.vat_rate),
        next_invoice_on=subscription.next_period_on,
        next_net_cents=following.net_cents,
    )


def _from_next_period(facts: ChangeFacts, product: Product, interval: str) -> ChangeQuote:
    """From the first period that begins after today and is not invoiced yet."""
    subscription, anchor = facts.subscription, facts.subscription.anchor_on
    from_on = next_start(anchor, subscription.interval, facts.today)
    from_on = max(from_on, subscription.next_period_on or from_on)
    if interval != subscription.interval:
        anchor = from_on
    price = facts.price(product, interval, from_on, anchor)
    return _quote(facts, product, interval, price, from_on=from_on, anchor=anchor, at_once=False)


def _quote(
    facts: ChangeFacts,
    product: Product,
    interval: str,
    price: NewPrice,
    *,
    from_on: date,
    anchor: date,
    at_once: bool,
) -> ChangeQuote:
    """A quote without days to invoice."""
    vat = facts.vat
    return ChangeQuote(
        subscription=facts.subscription,
        product=product,
        interval=interval,
        direction="up" if at_once and price.list_cents else "down",
        needs_approval=product.is_manual and product.pk != facts.subscription.product_id,
        from_on=from_on,
        at_once=at_once,
        credited_cents=0,
        charged_cents=0,
        days=0,
        of_days=0,
        period_end=None,
        vat_rate=vat.rate,
        vat_rule=vat.rule,
        vat_cents=0,
        list_cents=price.list_cents,
        discount_cents=price.discount_cents,
        discount_ends_on=price.discount_ends_on,
        anchor_on=anchor,
        next_invoice_on=from_on if price.list_cents else None,
        next_net_cents=price.net_cents,
        ready=facts.ready if isinstance(facts.ready, Ready) else None,
    )


def _hash(quote: ChangeQuote, today: date) -> str:
    """40 hex digits over everything that decides the amounts, and the day of the quote."""
    this = quote.subscription
    decides = [
        *(today, this.pk, this.product_id, this.interval, this.list_cents, this.discount_cents),
        *(this.discount_ends_on, this.anchor_on, this.next_period_on, this.currency),
        *(quote.product.pk, quote.interval, quote.needs_approval, quote.from_on, quote.at_once),
        *(quote.credited_cents, quote.charged_cents, quote.vat_rule, f"{quote.vat_rate:.2f}"),
        *(quote.list_cents, quote.discount_cents, quote.discount_ends_on, quote.next_net_cents),
    ]
    return hashlib.sha256(json.dumps(decides, default=str).encode()).hexdigest()[:40]
