"""The words beside a quoted change: what confirming it means for the client."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.accounts.subscription_history import with_interval
from shop.billing.change_quotes import ChangeQuote
from shop.billing.private_buyers import is_private_contract
from shop.catalogue.intervals import Interval
from shop.catalogue.prices import gross
from shop.catalogue.seller import current_seller
from shop.catalogue.templatetags.money import money


@dataclass(frozen=True)
class QuoteWords:
    """The sums and names of a quote's page, beyond the quote itself."""

    plan_now: str  # with how it is paid, where that changes
    plan_new: str
    new_net_cents: int  # for one interval, after the discount
    new_gross_cents: int
    is_yearly: bool
    # Of the invoice that is issued at once: by days, or of what was free so far, of a whole period.
    now_net_cents: int
    now_vat_cents: int
    now_gross_cents: int
    by_days: bool
    to_pay: str  # as the button says it, with VAT
    binds: bool  # confirming it makes more, or another sum, to be paid
    names_next_invoice: bool
    is_private: bool
    due_days: int


def quote_words(quote: ChangeQuote) -> QuoteWords:
    """Return the words for a quote, as of today."""
    net = quote.list_cents - quote.discount_cents
    is_another_interval = quote.interval != quote.subscription.interval
    new_gross = gross(net, quote.vat_rate)
    by_days = quote.period_end is not None
    now_net = quote.net_cents
    if quote.at_once and not by_days:
        now_net = quote.next_net_cents
    now_gross = quote.gross_cents if by_days else gross(now_net, quote.vat_rate)
    plan_now, plan_new = quote.subscription.tier_name, quote.product.name
    if is_another_interval and net:
        plan_now = with_interval(plan_now, quote.subscription.interval)
        plan_new = with_interval(plan_new, quote.interval)
    return QuoteWords(
        plan_now=plan_now,
        plan_new=plan_new,
        new_net_cents=net,
        new_gross_cents=new_gross,
        is_yearly=quote.interval == Interval.YEAR,
        now_net_cents=now_net,
        now_vat_cents=now_gross - now_net,
        now_gross_cents=now_gross,
        by_days=by_days,
        to_pay=_to_pay(quote, new_gross, now_gross),
        binds=net > 0 and (quote.at_once or is_another_interval),
        # Of what was free so far the next one is issued now; of what waits the day is not known.
        names_next_invoice=bool(net)
        and not quote.needs_approval
        and (by_days or not quote.at_once),
        is_private=is_private_contract(quote.subscription),
        due_days=current_seller().due_days,
    )


def _to_pay(quote: ChangeQuote, new_gross: int, now_gross: int) -> str:
    """Return what is issued at once; where nothing is, or not yet, the price of an interval."""
    currency = quote.subscription.currency
    if now_gross and not quote.needs_approval:
        return money(now_gross, currency)
    yearly = quote.interval == Interval.YEAR
    text = _("%(price)s a year") if yearly else _("%(price)s a month")
    return text % {"price": money(new_gross, currency)}
