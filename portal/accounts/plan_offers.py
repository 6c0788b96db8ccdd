"""The plans that a subscription can be changed to, as cards to choose from, and the form for it."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.refused_plans import Refusal, refusal_of
from shop.billing.change_quotes import ChangeQuote, TierOffer, tiers_to_change_to
from shop.billing.models import Subscription
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.prices import gross
from shop.catalogue.vat import Vat
from shop.orders.buyers import vat_of


@dataclass(frozen=True)
class PlanCard:
    """A plan by the month or by the year: with a quote, or the reason why it cannot be had."""

    product: Product
    interval: str
    net_cents: int  # of one interval: as quoted, else as listed or agreed
    gross_cents: int
    is_current: bool
    quote: ChangeQuote | None
    refusal: Refusal | None


@dataclass(frozen=True)
class PlanChoice:
    """The cards of one interval; `by_the_year`: some plans are sold by the year, too."""

    cards: list[PlanCard]
    by_the_year: bool

    @property
    def first_open(self) -> Product | None:
        """The first plan that can be had; errors lead to it."""
        return next((card.product for card in self.open_cards), None)

    @property
    def open_cards(self) -> list[PlanCard]:
        """The plans that can be had."""
        return [card for card in self.cards if card.quote]


def plan_choice(subscription: Subscription, interval: str) -> PlanChoice:
    """Return the listed plans that are sold for an interval, in the catalogue's order.

    A free plan is among them, whichever the interval is.
    """
    offers = tiers_to_change_to(subscription)
    vat = vat_of(None, subscription.client_id)
    shown = [each for each in offers if each.interval == interval or each.product.is_free]
    return PlanChoice(
        cards=[_card(each, subscription, vat) for each in shown],
        by_the_year=any(each.interval == Interval.YEAR for each in offers),
    )


class PlanForm(forms.Form):
    """The choice of a plan."""

    product = forms.ChoiceField(
        label=_("Plan"),
        error_messages={
            "required": _("Please choose a plan."),
            "invalid_choice": _("You cannot change to this plan. Please choose another one."),
        },
    )

    def __init__(self, choice: PlanChoice, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- as declared above
        field.choices = [(card.product.code, card.product.name) for card in choice.open_cards]


def _card(offer: TierOffer, subscription: Subscription, vat: Vat) -> PlanCard:
    quote, error = offer.quote, offer.refusal
    is_current = error is not None and error.code == "same"
    if quote:
        net = quote.list_cents - quote.discount_cents
    elif is_current:
        net = subscription.list_cents - subscription.discount_cents
    elif offer.interval == Interval.YEAR:
        net = offer.product.yearly_net_cents or 0
    else:
        net = offer.product.net_cents
    return PlanCard(
        product=offer.product,
        interval=offer.interval,
        net_cents=net,
        gross_cents=gross(net, vat.rate),
        is_current=is_current,
        quote=quote,
        refusal=refusal_of(error, subscription) if error and not is_current else None,
    )
