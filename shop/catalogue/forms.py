"""Forms of tiers and promotion codes in Django's admin, which knows their other fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product, Promotion
from shop.catalogue.price_field import PriceField
from shop.catalogue.templatetags.money import money

PRICE = ("net_cents", "yearly_net_cents", "currency")


class ConfirmedPriceField(forms.MultipleChoiceField):
    """A box beside the sentence that says how a price changes; hidden while nothing changes."""

    widget = forms.MultipleHiddenInput

    def __init__(self) -> None:
        super().__init__(label=_("Confirm the new price"), required=False)

    def valid_value(self, value: str) -> bool:
        """Return True: the form compares the value with the price that is typed."""
        return True


class ProductForm(forms.ModelForm[Product]):
    """A tier. Another price must be confirmed before it counts."""

    net_cents = PriceField(
        label=_("Net price a month"), help_text=_("Without VAT, in euros, such as 49 or 49,00.")
    )
    yearly_net_cents = PriceField(
        label=_("Net price a year"),
        required=False,
        help_text=_("In advance, without VAT; empty: the tier is sold by the month alone."),
    )
    confirmed_price = ConfirmedPriceField()
    recommended = forms.BooleanField(
        label=_("Recommended"),
        required=False,
        help_text=_("One tier at most: the mark moves here from another one."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["recommended"] = self.instance.recommended

    def clean(self) -> dict[str, Any]:
        """Ask for the tick beside what a new price means; a tick for another price is none."""
        cleaned = super().clean() or {}
        self.instance.is_recommended = cleaned.get("recommended")
        is_whole = all(cleaned.get(name) is not None for name in ("net_cents", "currency"))
        if not self._changes_price() or not is_whole or "yearly_net_cents" in self.errors:
            return cleaned
        price = "/".join(str(cleaned[name]) for name in PRICE)
        field = self.fields["confirmed_price"]
        if price not in cleaned.get("confirmed_price", []):
            self.add_error(
                "confirmed_price", _("Please check the new price, tick the box and save again.")
            )
        field.widget = forms.CheckboxSelectMultiple(choices=[(price, self._sentence(cleaned))])
        return cleaned

    def _changes_price(self) -> bool:
        return self.instance.pk is None or any(name in self.changed_data for name in PRICE)

    def _sentence(self, new: dict[str, Any]) -> str:
        prices = [_price(new)]
        if self.instance.pk:
            prices.insert(0, _price({name: self.initial.get(name) for name in PRICE}))
        return gettext("%(tier)s: %(prices)s net, from now on, for new orders") % {
            "tier": new.get("name") or self.instance.name,
            "prices": " → ".join(prices),
        }


class PromotionForm(forms.ModelForm[Promotion]):
    """A promotion code."""

    amount_cents = PriceField(
        label=_("Amount off"),
        required=False,
        help_text=_(
            "Off the net price of a month, in euros, such as 5 or 5,00; of a year, twelve times as "
            "much."
        ),
    )


def _price(values: dict[str, Any]) -> str:
    price = money(values["net_cents"], values["currency"])
    if values["yearly_net_cents"] is None:
        return price
    yearly = money(values["yearly_net_cents"], values["currency"])
    return gettext("%(monthly)s (%(yearly)s a year)") % {"monthly": price, "yearly": yearly}
