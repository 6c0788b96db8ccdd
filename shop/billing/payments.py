"""Payments of invoices: entered by staff, of a bank's entry or told by a provider."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from shop.billing.balances import balance_of, lock_invoice, settle
from shop.billing.ledger import BankEntry, Payment
from shop.billing.models import Invoice
from shop.tenancy.models import User


class PaymentError(Exception):
    """No payment was entered."""


class NotPayableError(PaymentError):
    """A credit note, or an invoice that was cancelled."""


class NoAmountError(PaymentError):
    """Nothing, or less."""


class OtherCurrencyError(PaymentError):
    """Another currency than the invoice's."""


class FutureDayError(PaymentError):
    """A day that is still to come."""


class PaidChangedError(PaymentError):
    """Somebody has entered or undone a payment meanwhile: staff saw another sum as paid."""


def enter_payment(
    invoice: Invoice,
    by: User | None,
    *,
    amount_cents: int,
    currency: str,
    paid_on: date,
    reference: str = "",
    entry: BankEntry | None = None,
    seen_paid: int | None = None,
) -> Payment:
    """Enter a payment by bank transfer; it may be a part of what is open, or more.

    `seen_paid` is what staff saw as paid, in cents: of two who enter the same one wins. Raises
    PaymentError.
    """
    if amount_cents <= 0:
        raise NoAmountError
    if currency != invoice.currency:
        raise OtherCurrencyError
    if paid_on > timezone.localdate():
        raise FutureDayError
    with transaction.atomic():
        lock_invoice(invoice)
        balance = balance_of(invoice)
        if invoice.kind != Invoice.Kind.INVOICE or balance.state == "cancelled":
            raise NotPayableError
        if seen_paid not in {None, balance.paid_cents}:
            raise PaidChangedError
        payment = Payment.objects.create(
            invoice=invoice,
            amount_cents=amount_cents,
            paid_on=paid_on,
            reference=reference[:200],
            entry=entry,
            entered_by=by,
        )
        settle(invoice)
    return payment


def enter_online_payment(
    invoice: Invoice, *, amount_cents: int, paid_on: date, reference: str
) -> bool:
    """Enter what a provider of online payment has told; False where it was told before.

    The money is there, so it counts for a cancelled invoice, too: it is a refund due then.
    """
    with transaction.atomic():
        lock_invoice(invoice)  # told twice at once, the second sees the first
        told = Payment.objects.filter(method=Payment.Method.PROVIDER, reference=reference)
        if told.exists():
            return False
        Payment.objects.create(
            invoice=invoice,
            amount_cents=amount_cents,
            paid_on=paid_on,
            method=Payment.Method.PROVIDER,
            reference=reference,
        )
        settle(invoice)
    return True


def undo_payment(payment: Payment, by: User) -> bool:
    """Undo a payment that was entered by mistake; False where somebody has done so already."""
    with transaction.atomic():
        lock_invoice(payment.invoice)
        standing = Payment.objects.filter(pk=payment.pk, undone_at=None)
        if not standing.update(undone_at=timezone.now(), undone_by=by):
            return False
        settle(payment.invoice)
    return True
