"""Whether invoices are open, paid or cancelled: it follows from payments and credit notes."""

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from shop.billing.models import Invoice, Payment


def with_balance(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Annotate `paid_cents`, `credited_cents`, `open_cents` and `state`."""
    paid = Payment.objects.filter(invoice=OuterRef("pk"), undone_at=None)
    credited = Invoice.objects.filter(corrects=OuterRef("pk"))
    sum_paid = paid.order_by().values("invoice").annotate(cents=Sum("amount_cents"))
    sum_credited = credited.order_by().values("corrects").annotate(cents=Sum("gross_cents"))
    return invoices.annotate(
        paid_cents=Coalesce(Subquery(sum_paid.values("cents")), 0),
        credited_cents=Coalesce(Subquery(sum_credited.values("cents")), 0),
        open_cents=Case(
            When(kind="credit_note", then=Value(0)),
            default=Greatest(F("gross_cents") - F("paid_cents") - F("credited_cents"), 0),
        ),
        state=Case(
            When(kind="credit_note", then=Value("paid")),
            When(credited_cents__gte=F("gross_cents"), then=Value("cancelled")),
            When(open_cents=0, then=Value("paid")),
            When(due_on__lt=timezone.localdate(), then=Value("overdue")),
            default=Value("open"),
        ),
    )
