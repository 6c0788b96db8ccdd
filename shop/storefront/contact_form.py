"""The form that writes to support."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.email_fields import NewEmailField
from shop.notifications.emails.models import ContactRequest
from shop.orders.order_numbers import find_order_number
from shop.text_areas import TextAreaField

TOO_LONG = _("Please use at most %(limit_value)s characters.")


class ContactForm(forms.Form):
    """Ask what somebody wants to tell us, and where the answer is to go."""

    name = forms.CharField(
        label=_("Your name"),
        required=False,
        max_length=200,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput({"autocomplete": "name", "spellcheck": "false"}),
    )
    email = NewEmailField(
        label=_("Your e-mail address"),
        help_text=_("We'll reply to this address."),
        error_messages={
            "required": _("Please enter the e-mail address that our answer is to go to."),
            "max_length": TOO_LONG,
        },
    )
    order_number = forms.CharField(
        label=_("Order number"),
        help_text=_("If your message is about an order. The number looks like K7QM-3FZ2."),
        required=False,
        max_length=40,
        error_messages={"max_length": TOO_LONG},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    text = TextAreaField(
        label=_("Your message"),
        max_length=ContactRequest._meta.get_field("text").max_length,  # noqa: SLF001 -- Django's own API
        error_messages={"required": _("Please write your message."), "max_length": TOO_LONG},
        widget=forms.Textarea({"rows": 8}),
    )

    def clean_order_number(self) -> str:
        """Return the number as orders have it, or else what was typed."""
        typed: str = self.cleaned_data["order_number"]
        return find_order_number(typed) or typed
