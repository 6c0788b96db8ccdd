"""The forms of partners' applications and of their tokens."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.access.tokens import SCOPES, may_act
from shop.email_fields import EmailField, EmailInput
from shop.orders.webhook_urls import webhook_url_error
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import User
from shop.text_areas import TextAreaField


class ScopesField(forms.MultipleChoiceField):
    """The scopes of an application or a token; all of them by default."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, scopes: Sequence[str] = SCOPES) -> None:
        choices = [(scope, scope) for scope in scopes]
        super().__init__(label=_("Scopes"), choices=choices, initial=list(scopes))


class ApplicationForm(forms.Form):
    """Edit a partner's application."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Customers see it when they are asked for their consent."),
    )
    owner = EmailField(
        widget=EmailInput({"autocomplete": "off"}),
        label=_("Owner's e-mail"),
        required=False,
        help_text=_("The person responsible for orders that the application places on its own."),
    )
    redirect_uris = TextAreaField(
        label=_("Redirect URIs"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One per line. Without one, the application cannot ask customers for consent."),
    )
    scopes = ScopesField()
    rate = forms.IntegerField(
        label=_("Calls a second"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Leave both limits empty for those that apply to all applications."),
    )
    burst = forms.IntegerField(
        label=_("Calls at once"), required=False, min_value=1, max_value=1_000_000
    )

    def clean(self) -> dict[str, Any] | None:
        """Ask for both limits where one is given."""
        cleaned = super().clean() or self.cleaned_data
        for name, other in (("rate", "burst"), ("burst", "rate")):
            if cleaned.get(other) and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Set both limits, or none."))
        return cleaned

    def clean_owner(self) -> User | None:
        """Return the user of the address, who has joined and may act for clients."""
        email = self.cleaned_data["owner"]
        owner = user_by_email(email) if email else None
        if email and (owner is None or not owner.is_known or not may_act(None, owner)):
            raise forms.ValidationError(_("Nobody with this address has joined."))
        return owner

    def clean_redirect_uris(self) -> list[str]:
        """Return the URIs, one for each line that is not blank."""
        lines = self.cleaned_data["redirect_uris"].splitlines()
        uris = [line.strip() for line in lines if line.strip()]
        for uri in uris:
            if webhook_url_error(uri, demo=settings.DEMO) or "#" in uri:
                text = _("Each must be an absolute https URL without a fragment.")
                raise forms.ValidationError(text)
        return uris


class TokenForm(forms.Form):
    """Issue a long-lived token."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Where it is used, to tell tokens apart.")
    )
    scopes = ScopesField()
    days = forms.IntegerField(
        label=_("Days of validity"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Leave this empty for a token that does not expire."),
    )

    def __init__(self, *args: Any, scopes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"] = ScopesField(scopes)
