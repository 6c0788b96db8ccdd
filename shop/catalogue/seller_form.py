"""The form of the seller, with the checks that keep invoices valid."""

from typing import Any, ClassVar

import pycountry
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum import bic, iban
from stdnum.exceptions import ValidationError as NumberError

from shop.catalogue.seller import Seller, VatRate
from shop.catalogue.vat_ids import VatIdProblem, canonical_vat_id, vat_id_problem

VAT_ID_TEXTS = {
    VatIdProblem.MALFORMED: _("This is no VAT ID: please check each sign."),
    VatIdProblem.OTHER_COUNTRY: _("A VAT ID begins with the code of the country."),
}


class SellerForm(forms.ModelForm[Seller]):
    """The seller. Save what it gives by `save_seller`."""

    class Meta:
        model = Seller
        fields = (
            *("legal_name", "street", "postal_code", "city", "country", "vat_id", "tax_number"),
            *("small_business", "register", "contact", "email", "phone", "iban", "bic"),
            *("due_days", "currency"),
        )
        labels: ClassVar = {
            "legal_name": _("Legal name"),
            "street": _("Street and number"),
            "postal_code": _("Postal code"),
            "city": _("City"),
            "country": _("Country"),
            "vat_id": _("VAT ID"),
            "tax_number": _("Tax number"),
            "small_business": _("Small business"),
            "register": _("Register entry"),
            "contact": _("Contact person"),
            "email": _("E-mail"),
            "phone": _("Telephone"),
            "iban": _("IBAN"),
            "bic": _("BIC"),
            "due_days": _("Days until payment is due"),
            "currency": _("Currency"),
        }

    def clean_country(self) -> str:
        """Return the code of a country; it needs a rate of VAT."""
        country: str = self.cleaned_data["country"]
        if pycountry.countries.get(alpha_2=country) is None:
            raise ValidationError(_("There is no country with this code."))
        return country

    def clean_currency(self) -> str:
        """Return the code of a currency."""
        currency: str = self.cleaned_data["currency"]
        if pycountry.currencies.get(alpha_3=currency) is None:
            raise ValidationError(_("There is no currency with this code."))
        return currency

    def clean_iban(self) -> str:
        """Return the IBAN without blanks."""
        return _compact(self.cleaned_data["iban"], iban, _("This is no IBAN: please check it."))

    def clean_bic(self) -> str:
        """Return the BIC without blanks."""
        return _compact(self.cleaned_data["bic"], bic, _("This is no BIC: please check it."))

    def clean(self) -> dict[str, Any]:
        """Check what depends on the country: the VAT ID, and that a rate of VAT is known."""
        cleaned = super().clean() or {}
        country, vat_id = cleaned.get("country"), cleaned.get("vat_id")
        if not country:
            return cleaned
        if vat_id:
            cleaned["vat_id"] = canonical_vat_id(vat_id)
            if problem := vat_id_problem(vat_id, country):
                self.add_error("vat_id", VAT_ID_TEXTS[problem])
        charges = not cleaned.get("small_business")
        if charges and not VatRate.objects.filter(country=country).exists():
            self.add_error("country", _("Please enter the VAT rate of this country first."))
        return cleaned


def _compact(text: str, kind: Any, refusal: Any) -> str:
    if not text:
        return ""
    try:
        return str(kind.validate(text))
    except NumberError:
        raise ValidationError(refusal) from None
