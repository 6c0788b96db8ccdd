"""Consent to the terms, and where it is kept."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.content.models import Version

if TYPE_CHECKING:
    from shop.orders.models import Order


class Consent(models.Model):
    """The version of the terms that was agreed to on the page on which an order was completed.

    An order from the checkout keeps its consent in its basket.
    """

    order = models.OneToOneField(
        "orders.Order", on_delete=models.CASCADE, primary_key=True, related_name="consent"
    )
    terms = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "orders"
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self) -> str:
        return f"to terms {self.terms_id} for order {self.order_id}"


def consent_of(order: "Order") -> Consent | None:
    """Return the consent that was given for `order`, on its page or at the checkout."""
    given: Consent | None = getattr(order, "consent", None)
    basket = getattr(order, "basket", None)
    if given is None and basket and basket.terms:
        return Consent(order_id=order.pk, terms=basket.terms, agreed_at=basket.agreed_at)
    return given
