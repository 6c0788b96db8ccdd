"""The amounts and days of a quoted change, as the page on which it is confirmed shows them."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from shop.billing.periods import ONE_DAY, days_left
from shop.billing.tier_changes import ChangeQuote
from shop.catalogue.intervals import Interval
from shop.catalogue.prices import gross
from shop.catalogue.seller import current_seller
from shop.tenancy.billing_profile import BillingProfile


@dataclass(frozen=True)
class QuoteWords:
    """What the page says beyond the quote itself."""

    days: int  # of the current period that are left, including today
    last_on: date | None  # the last one of them
    new_net_cents: int  # for one interval, after the discount
    new_gross_cents: int
    is_yearly: bool
    pays_now: bool  # confirming it has an invoice issued at once
    binds: bool  # confirming it makes more, or another sum, to be paid
    is_private: bool
    due_days: int


def quote_words(quote: ChangeQuote) -> QuoteWords:
    """Return the words for a quote, as of today."""
    subscription = quote.subscription
    net = quote.list_cents - quote.discount_cents
    next_on = subscription.next_period_on
    last_on = next_on - ONE_DAY if next_on else None
    is_up = quote.direction == "up"
    profile = BillingProfile.objects.filter(client=subscription.client_id)
    return QuoteWords(
        days=days_left(last_on, timezone.localdate()) if last_on else 0,
        last_on=last_on,
        new_net_cents=net,
        new_gross_cents=gross(net, quote.vat_rate),
        is_yearly=quote.interval == Interval.YEAR,
        pays_now=is_up and quote.gross_cents > 0,
        binds=bool(net) and (is_up or quote.interval != subscription.interval),
        is_private=profile.filter(customer_type=BillingProfile.CustomerType.PRIVATE).exists(),
        due_days=current_seller().due_days,
    )
