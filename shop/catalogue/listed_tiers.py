"""The tiers that can be ordered, as nearly every page of the shop looks them up."""

from datetime import date

from django.db.models import QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.utils import timezone

from shop.catalogue.models import Product
from shop.catalogue.seller import RATE, Seller, own_rate
from shop.compiled_queries import CompiledQuery, Today


def with_vat_rate(
    tiers: QuerySet[Product], day: date | Combinable | None = None
) -> QuerySet[Product]:
    """Read the seller's own VAT rate of a day (today) together with `tiers`, not once for each.

    With it come the days until an invoice is to be paid, as `due_days`.
    """
    seller = Seller.objects.filter(pk=1).annotate(vat_rate=own_rate(day or timezone.localdate()))
    # As a dictionary: to mypy an annotation cannot have the name of a property.
    rate = {"vat_rate": Subquery(seller.values("vat_rate"), output_field=RATE)}
    return tiers.annotate(**rate, due_days=Subquery(seller.values("due_days")))


# In the order in which pages show them.
LISTED: CompiledQuery[Product] = CompiledQuery(
    lambda: with_vat_rate(Product.objects.filter(listed=True), Today())
)
