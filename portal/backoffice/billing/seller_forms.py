"""Forms about the seller: its data, and rates of VAT from a day on."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.billing_form import country_choices
from shop.catalogue.seller import VatRate
from shop.catalogue.seller_form import SellerForm


class ListedCountry(forms.ChoiceField):
    """A country, chosen by its name."""

    def __init__(self) -> None:
        error = _("Please choose a country.")
        super().__init__(
            label=_("Country"),
            choices=country_choices,
            error_messages={"required": error, "invalid_choice": error},
        )


class SellerDataForm(SellerForm):
    """The seller, as its invoices name it."""

    country = ListedCountry()


class VatRateForm(forms.ModelForm[VatRate]):
    """A rate of VAT that begins today or later: what counted before never changes."""

    country = ListedCountry()

    class Meta:
        model = VatRate
        fields = ("country", "valid_from", "rate")
        labels: ClassVar = {"valid_from": _("From"), "rate": _("Rate in percent")}
        help_texts: ClassVar = {"rate": ""}
        widgets: ClassVar = {"valid_from": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_rate_%s")

    def clean_rate(self) -> Any:
        """Return the rate; percents are no more than a hundred."""
        rate = self.cleaned_data["rate"]
        if rate < 0:
            raise ValidationError(_("A rate cannot be negative."))
        return rate

    def clean_valid_from(self) -> date:
        """Return the first day."""
        first: date = self.cleaned_data["valid_from"]
        if first < timezone.localdate():
            raise ValidationError(
                _("Choose today or a later day: rates of the past do not change.")
            )
        return first
