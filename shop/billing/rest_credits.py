"""Credits of what was invoiced beyond the end of a contract (contract, "Cancelling")."""

from datetime import date

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from shop.billing.balances import lock_invoice
from shop.billing.credit_notes import credit, left_of
from shop.billing.invoice_page import short_day
from shop.billing.models import Invoice, Subscription
from shop.billing.periods import ONE_DAY, days_left
from shop.tenancy.models import User


def credit_rest(subscription: Subscription) -> None:
    """Credit the days after `ends_on` of all invoices, in the transaction of the end.

    What staff have credited of an invoice before is not credited again.
    """
    if subscription.ends_on is None:
        return
    for invoice in _locked(subscription.invoices.filter(period_end__gt=subscription.ends_on)):
        _credit_days_after(invoice, subscription.ends_on)


def credit_all(subscription: Subscription, by: User | None) -> None:
    """Credit all that is left of all invoices, in the transaction of the withdrawal."""
    for invoice in _locked(subscription.invoices.all()):
        if left_of(invoice).net_cents:
            with translation.override(invoice.language):
                reason = gettext("Withdrawal from the contract")
            credit(invoice, by, reason=reason)


def rest_cents(invoice: Invoice, ends_on: date) -> int:
    """The part of an invoice's net cents for its days after `ends_on`, rounded half up."""
    days = days_left(invoice.period_end, invoice.period_start)
    rest = min(days_left(invoice.period_end, ends_on + ONE_DAY), days)
    return (2 * invoice.net_cents * rest + days) // (2 * days)


def _credit_days_after(invoice: Invoice, ends_on: date) -> None:
    cents = min(rest_cents(invoice, ends_on), left_of(invoice).net_cents)
    if not cents:
        return
    with translation.override(invoice.language):
        reason = gettext("The contract ended on %(day)s.") % {"day": short_day(ends_on)}
    first = max(invoice.period_start, ends_on + ONE_DAY)
    credit(invoice, None, reason=reason, net_cents=cents, days=(first, invoice.period_end))


def _locked(invoices: QuerySet[Invoice]) -> list[Invoice]:
    """The invoices, held in the order in which payments hold them, before a number is taken."""
    found = list(invoices.filter(kind=Invoice.Kind.INVOICE).select_related("client").order_by("pk"))
    for invoice in found:
        lock_invoice(invoice)
    return found
