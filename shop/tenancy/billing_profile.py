"""The billing data of a client."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class BillingProfile(models.Model):
    """The customer as invoices name it, one for each client; an order's `billing` becomes it."""

    class CustomerType(models.TextChoices):
        COMPANY = "company", _("company")
        PRIVATE = "private", _("private person")

    client = models.OneToOneField(
        "tenancy.Client", on_delete=models.CASCADE, primary_key=True, related_name="billing_profile"
    )
    customer_type = models.CharField(
        max_length=10, choices=CustomerType, default=CustomerType.COMPANY
    )
    # What is not given is empty; "" and null are one and the same on the wire.
    company = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True)
    street = models.CharField(max_length=200)
    street2 = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20)
    city = models.CharField(max_length=100)
    country = models.CharField(max_length=2, validators=[RegexValidator(r"\A[A-Z]{2}\Z")])
    vat_id = models.CharField(max_length=20, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    reference = models.CharField(max_length=100, blank=True)
    reminders_exempt = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "tenancy"
        verbose_name = _("billing data")
        verbose_name_plural = _("billing data")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(customer_type="company") & ~models.Q(company=""))
                | (models.Q(customer_type="private") & ~models.Q(name="")),
                name="billing_profile_has_a_name",
            )
        ]

    def __str__(self) -> str:
        return f"of client {self.client_id}"
