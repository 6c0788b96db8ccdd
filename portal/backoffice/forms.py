"""The back office's forms."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.models import BulkJob
from shop.access.applications import may_act
from shop.access.tokens import SCOPES
from shop.form_texts import member_field
from shop.orders.models import Order
from shop.orders.order_members import CORRECTABLE
from shop.orders.webhook_urls import webhook_url_error
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import Client, Project, User


class ActionForm(forms.Form):
    """One of several forms on an order's page: the ids of its fields begin with its name."""

    name: ClassVar[str]

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, auto_id=f"id_{self.name}_%s", **kwargs)


class ByHandForm(ActionForm):
    """Which client and project staff have delivered themselves."""

    name = "by_hand"
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
    note = forms.CharField(
        label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        client, project = cleaned.get("client"), cleaned.get("project")
        if client and project and project.client_id != client.pk:
            self.add_error("project", _("This project does not belong to that client."))
        return cleaned


def confirmed(label: StrOrPromise) -> forms.BooleanField:
    """A box that must be ticked before something is done that cannot be taken back."""
    return forms.BooleanField(
        label=label, error_messages={"required": _("Please confirm that you mean it.")}
    )


class CancelForm(ActionForm):
    """Why an order is cancelled."""

    name = "cancel"
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it in the mail, so write it in their language."),
    )
    confirm = confirmed(_("Yes, cancel this order. It cannot be taken back."))


class CorrectForm(ActionForm):
    """What was ordered. What it may hold is for the order document to say."""

    name = "correct"
    # The order as the page shows it: two who correct at once do not undo each other unseen.
    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, order: Order, data: Any = None) -> None:
        members = [member for member in CORRECTABLE if not _is_fixed(order, member)]
        initial = {member: getattr(order, member) for member in members}
        super().__init__(data, initial={**initial, "version": order.updated_at.isoformat()})
        for member in members:
            self.fields[member] = member_field(member, required=False)

    def details(self) -> dict[str, Any]:
        """The members as typed; empty ones are taken back. Those with a fault are left out."""
        given = {member: self.cleaned_data[member] for member in CORRECTABLE if self._has(member)}
        return {member: value if value != "" else None for member, value in given.items()}

    def _has(self, member: str) -> bool:
        return member in self.fields and member in self.cleaned_data


def _is_fixed(order: Order, member: str) -> bool:
    """Whether `member` can no longer change: a name given to what was made may, its number not."""
    kind, _, what = member.partition("_")
    if kind == "user" or not getattr(order, f"delivered_{kind}_id", None):
        return False
    return what == "id" or not getattr(order, member)


class EmailChangeForm(ActionForm):
    """Where the order's mails are to go."""

    name = "address"
    user_email = forms.CharField(
        label=_("E-mail"),
        widget=forms.EmailInput,
        help_text=_("Links that were mailed before no longer work; the old address is told."),
    )


class NoteForm(ActionForm):
    """What colleagues should know."""

    name = "note"
    text = forms.CharField(
        label=_("Note"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only staff read it."),
    )


class FollowUpForm(ActionForm):
    """When to look again."""

    name = "follow_up"
    on = forms.DateField(
        label=_("Look again on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class ClientAdminForm(ActionForm):
    """Who is to administer the client that was delivered."""

    name = "client_admin"
    # Who it is as the page shows it: two who appoint at once do not undo each other unseen.
    instead_of = forms.IntegerField(widget=forms.HiddenInput)
    user = forms.EmailField(
        label=_("E-mail of whoever is to administer it"),
        help_text=_("Of somebody who has joined. The one before loses these powers at once."),
    )
    confirm = confirmed(_("Yes, hand this client over."))

    def clean_user(self) -> User:
        user = user_by_email(self.cleaned_data["user"])
        if user is None or not user.may_sign_in:
            raise forms.ValidationError(_("Nobody who has joined has this address."))
        return user


class BulkForm(forms.Form):
    """What else has to be said before something is done to many orders."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Each customer reads it in the mail, so write what holds for all of them."),
    )
    assignee = forms.ModelChoiceField(
        User.objects.none(), label=_("Who is to see to them"), empty_label=_("Please choose")
    )
    confirm = confirmed(_("Yes, cancel these orders. It cannot be taken back."))

    def __init__(self, action: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if action != BulkJob.Action.CANCEL:
            del self.fields["reason"], self.fields["confirm"]
        if action != BulkJob.Action.ASSIGN:
            del self.fields["assignee"]
            return
        able = ModelBackend().with_perm("orders.mend_order").filter(is_staff=True)
        assignee = self.fields["assignee"]
        assert isinstance(assignee, forms.ModelChoiceField)  # noqa: S101 -- it was declared above
        assignee.queryset = able.order_by("email")


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
        owner = user_by_email(email) if email else None
        if email and (owner is None or not owner.is_known or not may_act(None, owner)):
            raise forms.ValidationError(_("Nobody who has joined has this address."))
        return owner

    def clean_redirect_uris(self) -> list[str]:
        uris = [line.strip() for line in self.cleaned_data["redirect_uris"].splitlines()]
        uris = [uri for uri in uris if uri]
        for uri in uris:
            if webhook_url_error(uri, demo=settings.DEMO) or "#" in uri:
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
