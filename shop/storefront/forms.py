"""The checkout's form. Its fields carry the order members' names; the rules are the document's."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import get_language

from shop.catalogue.models import Product
from shop.orders.wording import detail_field


class CheckoutForm(forms.Form):
    """What a customer says of themselves and of what is to be set up."""

    form_key = forms.CharField(widget=forms.HiddenInput, initial=uuid.uuid4, required=False)
    client_name = detail_field("client_name", required=True)
    project_name = detail_field("project_name", required=True)
    user_first_name = detail_field("user_first_name", required=False)
    user_last_name = detail_field("user_last_name", required=False)
    user_email = detail_field("user_email", required=True)

    def document(self, product: Product) -> dict[str, Any]:
        """The order document these details make for `product`; empty fields are absent."""
        details = {name: value for name, value in self.cleaned_data.items() if value}
        details.pop("form_key", None)
        return {"product": product.code, "language": page_language(), **details}

    def key(self) -> uuid.UUID | None:
        """What tells this form from others; None where it came back damaged."""
        try:
            return uuid.UUID(self.cleaned_data["form_key"])
        except ValueError:
            return None


def page_language() -> str:
    """The language of the page, `de` or `en`: the order's mail follows it."""
    return "en" if (get_language() or "").startswith("en") else "de"
