"""The back office's forms."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shop.access.applications import may_act
from shop.access.tokens import SCOPES
from shop.orders.addresses import webhook_fault
from shop.tenancy.addresses import owner_of
from shop.tenancy.models import Client, Project, User


class ByHandForm(forms.Form):
    """Which client and project staff have delivered themselves."""

    client = forms.ModelChoiceField(
        Client.objects.all(),
        label=_("Client's number"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("There is no client of this number.")},
    )
    project = forms.ModelChoiceField(
        Project.objects.select_related("client", "product"),
        label=_("Project's number"),
        widget=forms.NumberInput,
        error_messages={"invalid_choice": _("There is no project of this number.")},
    )
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, project = cleaned.get("client"), cleaned.get("project")
        if client and project and project.client_id != client.pk:
            self.add_error("project", _("This project does not belong to that client."))
        return cleaned


class ScopesField(forms.MultipleChoiceField):
    """What a program or a token may do; everything, to begin with."""

    def __init__(self, scopes: Sequence[str] = SCOPES) -> None:
        super().__init__(
            label=_("Scopes"),
            choices=[(scope, scope) for scope in scopes],
            initial=list(scopes),
            widget=forms.CheckboxSelectMultiple,
        )


class ApplicationForm(forms.Form):
    """A partner's program."""

    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("Customers see it when they are asked for their consent."),
    )
    owner = forms.EmailField(
        label=_("Owner's e-mail"),
        required=False,
        help_text=_("Who stands behind the orders that the application places by itself."),
    )
    redirect_uris = forms.CharField(
        label=_("Redirect URIs"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line. Without one the application cannot ask customers for consent."),
    )
    scopes = ScopesField()

    def clean_owner(self) -> User | None:
        email = self.cleaned_data["owner"]
        owner = owner_of(email) if email else None
        if email and (owner is None or not owner.is_known or not may_act(None, owner)):
            raise forms.ValidationError(_("Nobody who has joined has this address."))
        return owner

    def clean_redirect_uris(self) -> list[str]:
        uris = [line.strip() for line in self.cleaned_data["redirect_uris"].splitlines()]
        uris = [uri for uri in uris if uri]
        for uri in uris:
            if webhook_fault(uri, demo=settings.DEMO) or "#" in uri:
                raise forms.ValidationError(
                    _("Each must be an absolute https address without a fragment.")
                )
        return uris


class TokenForm(forms.Form):
    """A long-lived token."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Where it is used, to tell it from others.")
    )
    scopes = ScopesField()
    days = forms.IntegerField(
        label=_("Valid for days"),
        required=False,
        min_value=1,
        max_value=3650,
        help_text=_("Without a number it does not expire."),
    )

    def __init__(self, *args: Any, scopes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"] = ScopesField(scopes)
