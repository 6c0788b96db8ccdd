"""Forms about colleagues: invite one, change their roles, join the back office."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.email_fields import EmailInput, NewEmailField
from shop.form_texts import form_text, member_field
from shop.orders.document import name_problem
from shop.tenancy.colleagues import grantable_groups
from shop.tenancy.joining import NewMember
from shop.tenancy.models import User

# By name of the shipped groups: what it allows.
ROLES: dict[str, StrOrPromise] = {
    "viewer": _("viewer: looks at orders"),
    "agent": _("agent: acts on orders"),
    "admin": _("admin: manages tiers, texts, clients and applications"),
    "export": _("export: exports orders"),
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
        help_text=_("The link to join goes here."),
        widget=EmailInput({"autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)
    field_order = ("email", "language", "roles")


class StaffJoinForm(forms.Form):
    """Ask a new colleague for names, language and a password."""

    user_first_name = member_field("user_first_name", required=False)
    user_last_name = member_field("user_last_name", required=False)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("Of our e-mails to you."), choices=settings.LANGUAGES
    )

    def __init__(self, user: User, data: Any = None) -> None:
        self.user = user
        initial = {
            "user_first_name": user.first_name,
            "user_last_name": user.last_name,
            "language": user.language,
        }
        super().__init__(data, initial=initial)
        self.by_passkey = "by_passkey" in self.data
        # The passkey is created after joining instead.
        self.fields["password"].required = not self.by_passkey
        self.fields["password"].help_text = password_validators_help_text_html()

    def clean_user_first_name(self) -> str:
        """Return the first name if an order could hold it."""
        return _checked_name(self.cleaned_data["user_first_name"])

    def clean_user_last_name(self) -> str:
        """Return the last name if an order could hold it."""
        return _checked_name(self.cleaned_data["user_last_name"])

    def clean(self) -> dict[str, Any]:
        """Check the password, also against the names."""
        cleaned = super().clean() or {}
        # The validators compare the password with these attributes.
        self.user.first_name = cleaned.get("user_first_name", "")
        self.user.last_name = cleaned.get("user_last_name", "")
        if (password := cleaned.get("password")) and not self.by_passkey:
            try:
                validate_password(password, self.user)
            except ValidationError as error:
                self.add_error("password", error)
        return cleaned

    def new_member(self) -> NewMember:
        """Return the input of `join_staff_as_new`; the login can be chosen later."""
        given = self.cleaned_data
        return NewMember(
            password=None if self.by_passkey else given["password"],
            first_name=given["user_first_name"],
            last_name=given["user_last_name"],
            login="",
            language=given["language"],
        )


def _checked_name(name: str) -> str:
    if name and (problem := name_problem(name)):
        raise ValidationError(form_text(problem))
    return name
