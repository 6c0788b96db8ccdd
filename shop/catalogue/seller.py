"""The seller, one row that staff fill in, and the rates of VAT."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, TypeAlias, TypedDict

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Case, OuterRef, Subquery, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from shop.catalogue.vat import Vat, VatRule, VatSeller
from shop.compiled_queries import CompiledQuery, Today
from shop.row_locks import lock_rows

# Sent in the transaction of the change, with `before`, `after` and `actor`, who may be None.
iban_changed = Signal()

RATE: models.DecimalField[Decimal, Decimal] = models.DecimalField(max_digits=4, decimal_places=2)


class Seller(models.Model):
    """The company that sells the tiers, as its invoices name it. There is one row, number 1."""

    legal_name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(
        max_length=2, default="DE", validators=[RegexValidator(r"\A[A-Z]{2}\Z")]
    )
    vat_id = models.CharField(max_length=20, blank=True)
    tax_number = models.CharField(max_length=50, blank=True)
    small_business = models.BooleanField(
        default=False, help_text=_("Charges no VAT (§ 19 UStG in Germany).")
    )
    register = models.CharField(
        max_length=200, blank=True, help_text=_("Court and number, such as HRB 12345.")
    )
    contact = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=50, blank=True)
    iban = models.CharField(max_length=34, blank=True)
    bic = models.CharField(max_length=11, blank=True)
    due_days = models.PositiveSmallIntegerField(
        default=14, help_text=_("Days until an invoice is to be paid.")
    )
    currency = models.CharField(
        max_length=3, default="EUR", validators=[RegexValidator(r"\A[A-Z]{3}\Z")]
    )

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("seller")
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="seller_is_one_row")
        ]

    def __str__(self) -> str:
        return self.legal_name

    def missing(self) -> list[str]:
        """Names of the empty fields that an invoice needs; of VAT id and tax number one will do."""
        needed = ["legal_name", "street", "postal_code", "city", "country", "email", "iban"]
        if not self.tax_number:
            needed.append("vat_id")
        return [name for name in needed if not getattr(self, name)]


class VatRate(models.Model):
    """The standard rate of a country, from a day on."""

    country = models.CharField(max_length=2, validators=[RegexValidator(r"\A[A-Z]{2}\Z")])
    valid_from = models.DateField()
    rate = models.DecimalField(max_digits=4, decimal_places=2, help_text=_("In percent."))

    class Meta:
        ordering: ClassVar = ["country", "-valid_from"]
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["country", "valid_from"], name="one_vat_rate_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.rate} %"


def save_seller(seller: Seller, *, actor: models.Model | None) -> None:
    """Save `seller` as the user `actor` has changed it, and tell of another IBAN.

    Use it for all changes by people: superusers are mailed where money is to go from now on.
    """
    with transaction.atomic():
        lock_rows(Seller.objects.filter(pk=1))
        before = Seller.objects.filter(pk=1).values_list("iban", flat=True).first() or ""
        seller.save()
        if seller.iban != before:
            iban_changed.send(sender=Seller, before=before, after=seller.iban, actor=actor)


def own_rate(day: date | Combinable) -> Case:
    """The rate in percent that a `Seller` charges in its own country on `day`, for a query.

    Zero for a small business, and where no rate of the country is known.
    """
    rates = VatRate.objects.filter(country=OuterRef("country"), valid_from__lte=day)
    newest = Subquery(rates.order_by("-valid_from").values("rate")[:1], output_field=RATE)
    none = Value(Decimal(0), output_field=RATE)
    return Case(When(small_business=True, then=none), default=Coalesce(newest, none))


class OwnRate(TypedDict):
    """The annotation of `SELLER`."""

    vat_rate: Decimal


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    OwnSeller: TypeAlias = "WithAnnotations[Seller, OwnRate]"

# The seller's row, with `vat_rate`: what it charges in its own country today.
SELLER: "CompiledQuery[OwnSeller]" = CompiledQuery(
    lambda: Seller.objects.filter(pk=1).annotate(vat_rate=own_rate(Today()))
)
# In one query: orders are priced by it.
_RATES: CompiledQuery[tuple[str, bool, str, date, Decimal]] = CompiledQuery(
    lambda: (
        VatRate.objects.annotate(
            seller_country=Subquery(Seller.objects.filter(pk=1).values("country")),
            small_business=Subquery(Seller.objects.filter(pk=1).values("small_business")),
        )
        .order_by("country", "valid_from")
        .values_list("seller_country", "small_business", "country", "valid_from", "rate")
    )
)


def current_seller() -> Seller:
    """The seller's row; an empty one before anybody has filled it in."""
    return SELLER.first() or Seller(pk=1)


def own_vat(seller: Seller) -> Vat:
    """The VAT that a row of `SELLER` charges while nothing is known of the buyer."""
    rule = VatRule.SMALL_BUSINESS if seller.small_business else VatRule.DOMESTIC
    return Vat(rule, getattr(seller, "vat_rate", Decimal(0)))


def own_vat_rate() -> Decimal:
    """The rate in percent that the seller charges in its own country today."""
    seller = SELLER.first()
    return Decimal(0) if seller is None else seller.vat_rate


def vat_seller() -> VatSeller:
    """The seller as `vat_for` takes it, with the rates of all countries."""
    rows, rates = _RATES.all(), defaultdict(list)
    for _country, _small_business, country, valid_from, rate in rows:
        rates[country].append((valid_from, rate))
    seller_country, small_business = rows[0][:2] if rows else _country_alone()
    return VatSeller(seller_country, small_business, settings.BELOW_OSS_THRESHOLD, rates)


def _country_alone() -> tuple[str, bool]:
    seller = current_seller()
    return seller.country, seller.small_business
