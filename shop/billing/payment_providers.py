"""Providers of online payment; a deployment names its own by PAYMENT_PROVIDER.

docs/adopters/payment-provider.md explains it.

The customer pays at the provider. Card data never reach the shop.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.billing.models import Invoice
from shop.billing.payments import enter_online_payment

logger = logging.getLogger(__name__)


class NotificationError(Exception):
    """Raised by a provider for what it has not sent: a wrong signature, a broken body."""


@dataclass(frozen=True)
class Paid:
    """Money that a provider received. The same `reference` counts once, however often it is told."""

    number: str  # of the invoice
    amount_cents: int
    currency: str
    reference: str


class PaymentProvider(Protocol):
    """A deployment's class. It is created anew for each use, without arguments."""

    def begin(self, invoice: Any, return_url: str) -> str:
        """Have the provider expect `invoice.open_cents`; return the URL where the customer pays."""

    def notified(self, body: bytes, headers: Mapping[str, str]) -> Iterable[Paid]:
        """Check a notification and return what was paid. Raises NotificationError."""


def online_payment() -> bool:
    """Tell if invoices can be paid online."""
    return bool(settings.PAYMENT_PROVIDER)


def payment_provider() -> PaymentProvider:
    """The provider, if `online_payment`."""
    provider: PaymentProvider = import_string(settings.PAYMENT_PROVIDER)()
    return provider


def enter_paid(told: Iterable[Paid]) -> None:
    """Enter what a provider has told. What fits no invoice is logged, for staff to look into."""
    for paid in told:
        invoice = Invoice.objects.filter(number=paid.number, kind=Invoice.Kind.INVOICE).first()
        if invoice is None or invoice.currency != paid.currency or paid.amount_cents <= 0:
            logger.error(
                "The payment provider told of %s %s cents for %s: no such invoice. Reference: %s",
                paid.currency, paid.amount_cents, paid.number, paid.reference,
            )  # fmt: skip
            continue
        enter_online_payment(
            invoice,
            amount_cents=paid.amount_cents,
            paid_on=timezone.localdate(),
            reference=paid.reference,
        )


@register("billing")
def check_payment_provider(**kwargs: object) -> list[CheckMessage]:
    """Report a class that cannot be imported, or that lacks a method."""
    if not online_payment():
        return []
    try:
        found = import_string(settings.PAYMENT_PROVIDER)
    except ImportError as error:
        return [Error(f"PAYMENT_PROVIDER cannot be imported: {error}", id="billing.E001")]
    missing = [name for name in ("begin", "notified") if not callable(getattr(found, name, None))]
    return [
        Error(f"The class of PAYMENT_PROVIDER has no method {name}.", id="billing.E002")
        for name in missing
    ]
