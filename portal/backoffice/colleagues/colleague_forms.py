"""Forms about colleagues: invite one, change their roles."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.email_fields import EmailInput, NewEmailField
from shop.tenancy.colleagues import grantable_groups
from shop.tenancy.models import User

# By name of the shipped groups: what it allows.
ROLES: dict[str, StrOrPromise] = {
    "viewer": _("viewer: looks at orders"),
    "agent": _("agent: acts on orders and declarations"),
    "admin": _("admin: manages tiers, texts, clients and applications"),
    "export": _("export: exports orders"),
    "billing": _("billing: handles the seller, invoices, payments, reminders and subscriptions"),
    "privacy": _("privacy: gives out and erases people's data"),
}


def role_label(group: Group) -> str:
    """Return how pages name the role of `group`."""
    return str(ROLES.get(group.name, group.name))


class RolesField(forms.ModelMultipleChoiceField[Group]):
    """The groups a colleague is put into."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, group: Group) -> str:
        """Return the role's name with what it allows."""
        return role_label(group)


class RolesForm(forms.Form):
    """The roles of a colleague: those that `staff` may grant, and no others."""

    roles = RolesField(
        Group.objects.none(),
        label=_("Roles"),
        error_messages={"required": _("Please choose at least one role.")},
    )

    def __init__(self, staff: User, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["roles"].queryset = grantable_groups(staff)  # type: ignore[attr-defined]


class ColleagueForm(RolesForm):
    """Ask for the e-mail, the language and the roles of a new colleague."""

    email = NewEmailField(
        label=_("E-mail"),
        help_text=_("The link to join is sent to this address."),
        widget=EmailInput({"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)
    field_order = ("email", "language", "roles")
