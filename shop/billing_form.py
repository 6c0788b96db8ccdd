"""The form fields for billing data, which checkout, registration page and portal share."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from unicodedata import normalize

import pycountry
from babel import Locale
from django import forms
from django.conf import settings
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.catalogue.vat import EU
from shop.email_fields import EmailInput
from shop.form_texts import MISSING, form_text
from shop.languages import page_language
from shop.orders.billing_fields import check_billing
from shop.orders.problems import Problem

PREFIX = "billing_"
FIRST = ("DE", "AT", "CH")  # most of our customers'

Choices = list[tuple[str, list[tuple[str, str]]]]


@cache
def _country_names(language: str) -> dict[str, str]:
    """The countries of ISO 3166-1 by code, in the order of their names in `language`."""
    territories = Locale(language).territories
    names = {each.alpha_2: territories.get(each.alpha_2, each.name) for each in pycountry.countries}
    return dict(sorted(names.items(), key=lambda each: normalize("NFKD", each[1]).casefold()))


def country_name(code: str) -> str:
    """Return the name of a country in the page's language; its code if there is no such country."""
    return _country_names(page_language()).get(code, code)


def country_choices() -> Choices:
    """Return the countries in groups, named in the page's language."""
    names = _country_names(page_language())
    rest = [code for code in names if code not in FIRST]
    groups = {
        gettext("Often chosen"): FIRST,
        gettext("European Union"): [code for code in rest if code in EU],
        gettext("Other countries"): [code for code in rest if code not in EU],
    }
    choices = [(group, [(code, names[code]) for code in codes]) for group, codes in groups.items()]
    return [("", [("", gettext("Please choose"))]), *choices]


def _text_field(
    label: StrOrPromise,
    autocomplete: str,
    hint: StrOrPromise = "",
    *,
    required: bool = False,
    **attrs: str,
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.TextInput({"autocomplete": autocomplete, **attrs}),
    )


class BillingForm(forms.Form):
    """Ask who is billed; the order document's rules apply (contract, "Orders API").

    A form that asks for more inherits from it. What is missing is no error if `complete` is False.
    """

    billing_customer_type = forms.ChoiceField(
        label=_("Billed to"),
        choices=[("company", _("A company")), ("private", _("A private person"))],
        initial="company",
        widget=forms.RadioSelect,
    )
    billing_company = _text_field(
        pgettext_lazy("billing", "Company"),
        "organization",
        _("Your full name, as it should appear on invoices."),
    )
    billing_name = _text_field(_("Contact person"), "name")
    billing_street = _text_field(_("Street and number"), "address-line1", required=True)
    billing_street2 = _text_field(
        _("Address line 2"), "address-line2", _("Such as a building, a floor or c/o.")
    )
    billing_postal_code = _text_field(_("Postal code"), "postal-code", required=True)
    billing_city = _text_field(_("City"), "address-level2", required=True)
    billing_country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        error_messages={
            "required": _("Please choose a country."),
            "invalid_choice": _("Please choose a country."),
        },
        widget=forms.Select({"autocomplete": "country"}),
    )
    billing_vat_id = _text_field(
        _("VAT ID"),
        "off",
        _("For companies in another EU country: once it is confirmed, we charge no VAT."),
        autocapitalize="characters",
        spellcheck="false",
    )
    billing_email = forms.CharField(
        label=_("E-mail for invoices"),
        help_text=_(
            "If you leave it empty, invoices go to the person who administers the account."
        ),
        required=False,
        widget=EmailInput({"autocomplete": "email"}),
    )
    billing_reference = _text_field(
        _("Your reference"),
        "off",
        _(
            "Printed on every invoice, for example your purchase order number or cost centre. "
            "German authorities enter their Leitweg-ID and receive an XRechnung."
        ),
        spellcheck="false",
    )

    complete = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        company, name = self.fields["billing_company"], self.fields["billing_name"]
        if settings.CUSTOMERS == "everyone":
            name.label, name.help_text = _("Name"), _("Of companies the contact person.")
            # Which of the two is needed depends on who is billed.
            company.asked = name.asked = True  # type: ignore[attr-defined]  # for their template
        else:
            del self.fields["billing_customer_type"]
            company.required = True

    def drop_billing(self) -> None:
        """Ask for no billing data."""
        for name in [name for name in self.fields if name.startswith(PREFIX)]:
            del self.fields[name]

    def billing(self) -> dict[str, Any] | None:
        """Return what was typed as `billing` of the order document; None if nothing was.

        What does not apply is left out: a private person has no company.
        """
        typed = {
            name.removeprefix(PREFIX): value
            for name, value in self.cleaned_data.items()
            if name.startswith(PREFIX) and value
        }
        customer_type = typed.pop("customer_type", "company")
        if customer_type == "private":
            typed.pop("company", None)
            typed.pop("vat_id", None)
        return {"customer_type": customer_type, **typed} if typed else None

    def clean(self) -> dict[str, Any]:
        """Check the fields together, by the order document's rules."""
        cleaned = super().clean() or {}
        if any(name.startswith(PREFIX) for name in self.fields):
            typed = self.billing() or {"customer_type": "company"}
            self.add_billing_errors(check_billing(typed))
        return cleaned

    def add_billing_errors(self, problems: Iterable[Problem]) -> None:
        """Put `problems` beside the fields that have no error yet."""
        already = set(self.errors)
        for problem in problems:
            name = form_name(problem.member)
            if name in already or name not in self.fields:
                continue
            if self.complete or problem.code not in MISSING:
                self.add_error(name, form_text(problem))


def form_name(member: str) -> str:
    """Return the form field of the member `billing.country`: `billing_country`."""
    return PREFIX + member.removeprefix("billing.")


def initial_billing(billing: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return `billing` of an order document, or of a profile, as initial values of the form."""
    return {PREFIX + name: value for name, value in (billing or {}).items()}
