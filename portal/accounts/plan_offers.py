"""The plans that a subscription can be changed to, as cards to choose from, and the form for it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.refused_plans import Refusal, refusal_of
from shop.billing.models import Subscription
from shop.billing.tier_changes import ChangeQuote, NoChangeError, quote_change
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.prices import gross
from shop.catalogue.vat import Vat
from shop.orders.buyers import vat_of


@dataclass(frozen=True)
class Offer:
    """A plan by the month or by the year: with a quote, or the reason why it cannot be had."""

    product: Product
    interval: str
    vat: Vat
    is_current: bool
    quote: ChangeQuote | None = None
    refusal: Refusal | None = None

    @property
    def net_cents(self) -> int:
        """The net price of one interval, in cents: as quoted, else as listed."""
        if self.quote:
            return self.quote.list_cents - self.quote.discount_cents
        return _listed_cents(self.product, self.interval) or 0

    @property
    def gross_cents(self) -> int:
        """The price of one interval with VAT, in cents."""
        return gross(self.net_cents, self.vat.rate)


def offers_for(subscription: Subscription, interval: str) -> list[Offer]:
    """Return an offer of each listed plan that is sold for an interval, in the catalogue's order.

    A free plan is there for each.
    """
    listed = Product.objects.filter(listed=True, currency=subscription.currency)
    vat = vat_of(None, subscription.client_id)
    sold = [each for each in listed if _listed_cents(each, interval) is not None]
    return [_offer(subscription, each, interval, vat) for each in sold]


def is_sold_by_the_year(subscription: Subscription) -> bool:
    """Tell if any listed plan has a yearly price."""
    listed = Product.objects.filter(listed=True, currency=subscription.currency)
    return listed.filter(yearly_net_cents__isnull=False).exists()


class PlanForm(forms.Form):
    """The choice of a plan."""

    product = forms.ChoiceField(
        label=_("Plan"),
        error_messages={
            "required": _("Please choose a plan."),
            "invalid_choice": _("You cannot change to this plan. Please choose another one."),
        },
    )

    def __init__(self, offers: list[Offer], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = [(each.product.code, each.product.name) for each in offers if each.quote]


def _offer(subscription: Subscription, product: Product, interval: str, vat: Vat) -> Offer:
    is_current = product.pk == subscription.product_id and (
        interval == subscription.interval or product.is_free
    )
    if is_current:
        return Offer(product, interval, vat, is_current=True)
    try:
        quote = quote_change(subscription, product, interval)
    except NoChangeError as error:
        refusal = refusal_of(error, subscription)
        return Offer(product, interval, vat, is_current=False, refusal=refusal)
    return Offer(product, interval, vat, is_current=False, quote=quote)


def _listed_cents(product: Product, interval: str) -> int | None:
    if interval == Interval.YEAR and not product.is_free:
        return product.yearly_net_cents
    return product.net_cents
