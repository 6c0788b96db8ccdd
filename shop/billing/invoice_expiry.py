"""Delete invoices that were kept long enough, with their payments and files."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from shop.billing.ledger import Payment, Refund
from shop.billing.models import Invoice

BATCH = 100


def delete_kept_long_enough(beat: Callable[[], None]) -> None:
    """Delete invoices from the day after `keep_until` on; `beat` before each batch. Hourly.

    An invoice stays as long as a credit note that corrects it.
    """
    # The database lets them go by its own clock, in UTC.
    today = min(timezone.localdate(), datetime.now(UTC).date())
    expired = Invoice.objects.filter(keep_until__lt=today)
    _delete(expired.filter(kind=Invoice.Kind.CREDIT_NOTE), beat)
    corrected = Invoice.objects.filter(corrects=OuterRef("pk"))
    _delete(expired.filter(~Exists(corrected)), beat)


def _delete(expired: QuerySet[Invoice], beat: Callable[[], None]) -> None:
    while pks := list(expired.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        beat()
        with transaction.atomic():
            Payment.objects.filter(invoice__in=pks).delete()
            Refund.objects.filter(invoice__in=pks).delete()
            Invoice.objects.filter(pk__in=pks).delete()
