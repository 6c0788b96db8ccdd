"""Credit notes: what was issued never changes, a correction is an invoice in reverse."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone, translation
from django.utils.translation import gettext

from shop.billing.balances import lock_invoice, settle
from shop.billing.holds import recipient_of
from shop.billing.invoice_document import InvoiceDocument, LinePart
from shop.billing.issuing import dispatch, kept_until
from shop.billing.models import Invoice
from shop.billing.numbering import next_number
from shop.catalogue.prices import percent_of
from shop.tenancy.models import User

MAX_REASON = 200


Days = tuple[date, date]  # the first and the last


class CreditError(Exception):
    """No credit note was issued."""


class NoReasonError(CreditError):
    """A reason is needed, of at most MAX_REASON characters: the buyer reads it."""


class NotCreditableError(CreditError):
    """A credit note itself, an amount of nothing, or no line."""


class TooMuchError(CreditError):
    """More than is left of the invoice."""


class LeftChangedError(CreditError):
    """Somebody has credited meanwhile: what is left is not what staff have seen."""


@dataclass(frozen=True)
class Left:
    """The rest of an invoice, in cents, after its credit notes."""

    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        """Net and VAT."""
        return self.net_cents + self.vat_cents


def left_of(invoice: Invoice) -> Left:
    """The rest of an invoice that can still be credited."""
    credited = Invoice.objects.filter(corrects=invoice).aggregate(
        net=Sum("net_cents", default=0), vat=Sum("vat_cents", default=0)
    )
    return Left(invoice.net_cents - credited["net"], invoice.vat_cents - credited["vat"])


def credit(
    invoice: Invoice,
    by: User | None,
    *,
    reason: str,
    net_cents: int | None = None,
    lines: Collection[int] | None = None,
    days: Days | None = None,
    seen_left: int | None = None,
) -> Invoice:
    """Credit a net amount of an invoice, some of its `lines` (by position), or all that is left.

    `days` are those that an amount is credited for, where they are not the whole period. `seen_left`
    is the net amount that was left when staff decided: a second click credits nothing. Nobody is
    `by` where the end of a contract causes it. Raises CreditError.
    """
    if not reason.strip() or len(reason) > MAX_REASON:
        raise NoReasonError
    if invoice.kind != Invoice.Kind.INVOICE:
        raise NotCreditableError
    document = InvoiceDocument.model_validate(invoice.document)
    with transaction.atomic():
        lock_invoice(invoice)
        left = left_of(invoice)
        if seen_left not in {None, left.net_cents}:
            raise LeftChangedError
        amount = _amount(document, left, net_cents, lines)
        period = days or (invoice.period_start, invoice.period_end)
        if lines is not None:
            chosen = [document.lines[position] for position in sorted(set(lines))]
        else:
            chosen = _lines(invoice, document, amount, reason, period)
        corrected = _corrected(invoice, document, chosen, left)
        note = _credit_note(invoice, corrected, by, reason, period)
        dispatch(note)
        settle(invoice)
    return note


def _amount(
    document: InvoiceDocument, left: Left, net_cents: int | None, lines: Collection[int] | None
) -> int:
    """The net amount to credit. Raises NotCreditableError, TooMuchError."""
    amount = left.net_cents if net_cents is None else net_cents
    if lines is not None:
        if not set(lines) <= set(range(len(document.lines))):
            raise NotCreditableError
        amount = sum(document.lines[position].net_cents for position in set(lines))
    if amount > left.net_cents or not left.net_cents:
        raise TooMuchError
    if amount <= 0:
        raise NotCreditableError
    return amount


def _lines(
    invoice: Invoice, document: InvoiceDocument, amount: int, reason: str, period: Days
) -> list[LinePart]:
    """The invoice's own lines where all of them are credited, else one line with the amount."""
    if amount == invoice.net_cents:
        return document.lines
    with translation.override(invoice.language):
        text = gettext("Correction of invoice %(number)s") % {"number": invoice.number}
    (total,) = document.totals
    line = LinePart(
        text=text,
        detail=reason,
        unit_cents=amount,
        net_cents=amount,
        vat_rate=total.vat_rate,
        period_start=period[0],
        period_end=period[1],
    )
    return [line]


def _corrected(
    invoice: Invoice, document: InvoiceDocument, lines: list[LinePart], left: Left
) -> InvoiceDocument:
    """The document of the credit note: the invoice's, with these lines and their total."""
    (total,) = document.totals
    net = sum(line.net_cents for line in lines)
    # The last one takes the cents that rounding has left.
    rounded = min(percent_of(net, total.vat_rate), left.vat_cents)
    vat = left.vat_cents if net == left.net_cents else rounded
    return document.model_copy(
        update={
            "lines": lines,
            "totals": [total.model_copy(update={"net_cents": net, "vat_cents": vat})],
            "corrects_number": invoice.number,
            "corrects_issued_on": invoice.issued_on,
        }
    )


def _credit_note(
    invoice: Invoice, corrected: InvoiceDocument, by: User | None, reason: str, period: Days
) -> Invoice:
    (total,) = corrected.totals
    number, issued_on = next_number(timezone.localdate())
    return Invoice(
        number=number,
        kind=Invoice.Kind.CREDIT_NOTE,
        client=invoice.client,
        subscription=invoice.subscription,
        corrects=invoice,
        reason=reason,
        issued_on=issued_on,
        issued_by=by,
        due_on=issued_on,
        period_start=period[0],
        period_end=period[1],
        whole_period=invoice.whole_period,
        language=invoice.language,
        recipient=recipient_of(invoice.client),
        currency=invoice.currency,
        net_cents=total.net_cents,
        vat_cents=total.vat_cents,
        gross_cents=total.net_cents + total.vat_cents,
        document=corrected.model_dump(mode="json"),
        keep_until=kept_until(issued_on),
    )
