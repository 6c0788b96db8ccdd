"""Who sells: one row that staff fill in."""

from collections import defaultdict
from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.catalogue.vat import VatSeller


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


def current_seller() -> Seller:
    """The seller's row; an empty one before anybody has filled it in."""
    return Seller.objects.filter(pk=1).first() or Seller(pk=1)


def vat_seller() -> VatSeller:
    """The seller as `vat_for` takes it, with the rates of all countries."""
    seller, rates = current_seller(), defaultdict(list)
    for country, valid_from, rate in VatRate.objects.values_list("country", "valid_from", "rate"):
        rates[country].append((valid_from, rate))
    return VatSeller(seller.country, seller.small_business, settings.BELOW_OSS_THRESHOLD, rates)
