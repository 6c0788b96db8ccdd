"""The checkout's form. Its fields carry the order members' names; the rules are the document's."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product


class CheckoutForm(forms.Form):
    """What a customer says of themselves and of what is to be set up."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    client_name = forms.CharField(
        label=_("Client"),
        help_text=_("The company that orders, as it is to appear on invoices."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    project_name = forms.CharField(
        label=_("Project"),
        help_text=_("A working title will do."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    user_first_name = forms.CharField(
        label=_("First name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    user_last_name = forms.CharField(
        label=_("Last name"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    user_email = forms.CharField(
        label=_("E-mail"),
        help_text=_("The link to sign in goes here. No advertising."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    def document(self, product: Product) -> dict[str, Any]:
        """The order document these details make for `product`; empty fields are absent."""
        details = {name: value for name, value in self.cleaned_data.items() if value}
        del details["form_key"]
        return {"product": product.code, "language": page_language(), **details}


def page_language() -> str:
    """The language of the page, `de` or `en`: the order's mail follows it."""
    return "en" if (get_language() or "").startswith("en") else "de"
