"""Form fields for the order document, and the words for what is wrong with one."""

from collections.abc import Iterable

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.order_fields import FIELDS
from shop.orders.problems import Problem

MISSING = ("required", "blank", "required_with", "required_unless")
# By code of `shop.orders.problems`.
FORM_TEXTS: dict[str, StrOrPromise] = {
    **dict.fromkeys(MISSING, _("Please fill this in.")),
    "not_an_email": _("Please give an e-mail address like name@example.com."),
    "control_characters": _("Please remove line breaks and invisible signs."),
    "too_long": _("Please use at most %(limit)s characters."),
    "unknown_tier": _("This tier can no longer be ordered."),
    "invalid_promo_code": _("This code is not valid for this tier now."),
    "not_client_admin": _("You do not administer this client."),
    "unknown_project": _("This project belongs to another client."),
    "wrong_tier": _("This project has another tier."),
    "client_required": _("To add to a project, choose its client, too."),
    "two_clients": _("Choose a client or name a new one, not both."),
    "two_projects": _("Choose a project or name a new one, not both."),
    "not_correctable": _("This cannot be corrected here."),
    "delivered": _("This can no longer be changed: it is set up already."),
    "corrected_too_often": _("This was corrected several times already. Please write to us."),
    "no_seat": _("The project has as many members as its tier allows."),
    "already_member": _("This person is a member of the project already, or invited."),
    "not_fillable": _("This was filled in already."),
}


def member_field(name: str, *, required: bool) -> forms.Field:
    """The form field of the document's field `name`. The order document checks its value."""
    member = FIELDS[name]
    if name == "language":
        return forms.ChoiceField(label=member.label, choices=settings.LANGUAGES, required=required)
    if name in {"client_id", "project_id"}:
        return forms.IntegerField(label=member.label, required=required)
    widget = forms.EmailInput if name == "user_email" else forms.TextInput
    return forms.CharField(
        label=member.label,
        help_text=member.hint,
        required=required,
        error_messages={"required": FORM_TEXTS["required"]},
        widget=widget(attrs={"autocomplete": member.autocomplete}),
    )


def form_text(problem: Problem) -> str:
    """`problem` in the page's language; what no form can bring about stays English."""
    text = FORM_TEXTS.get(problem.code)
    return str(text) % {"limit": problem.limit} if text else problem.sentence()


def add_errors(form: forms.Form, problems: Iterable[Problem]) -> None:
    """Put `problems` beside the fields of `form` that have no error yet, else on top of it."""
    already = set(form.errors)
    for problem in problems:
        if problem.member not in already:
            field = problem.member if problem.member in form.fields else None
            form.add_error(field, form_text(problem))
