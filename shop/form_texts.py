"""Form fields for the members of an order, and the words for what is wrong with one."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.orders.document import Errors
from shop.orders.order_members import MEMBERS

# By sentence of the order document.
FORM_TEXTS: dict[str, StrOrPromise] = {
    "is required.": _("Please fill this in."),
    "must not be blank.": _("Please fill this in."),
    "must be a bare e-mail address.": _("Please give an e-mail address like name@example.com."),
    "must not contain control characters.": _("Please remove line breaks and invisible signs."),
    "must have at most 200 characters.": _("Please use at most 200 characters."),
    "must have at most 254 characters.": _("Please use at most 254 characters."),
    "is not a tier that can be ordered.": _("This tier can no longer be ordered."),
    "is not valid now for this tier.": _("This code is not valid for this tier now."),
    "is not a client that you administer.": _("You do not administer this client."),
    "is not a project of this client.": _("This project belongs to another client."),
    "is not the tier of this project.": _("This project has another tier."),
    "is required with project_id.": _("To add to a project, choose its client, too."),
    "must not be given together with client_id.": _("Choose a client or name a new one, not both."),
    "must not be given together with client_name.": _(
        "Choose a client or name a new one, not both."
    ),
    "must not be given together with project_id.": _(
        "Choose a project or name a new one, not both."
    ),
    "must not be given together with project_name.": _(
        "Choose a project or name a new one, not both."
    ),
    "cannot be corrected here.": _("This cannot be corrected here."),
    "cannot be changed any more: it was delivered.": _(
        "This can no longer be changed: it is set up already."
    ),
    "was corrected as often as is allowed.": _(
        "This was corrected several times already. Please write to us."
    ),
    "is one more member than the tier of this project allows.": _(
        "The project has as many members as its tier allows."
    ),
    "is a member of this project already, or invited.": _(
        "This person is a member of the project already, or invited."
    ),
    "cannot be filled in.": _("This was filled in already."),
}


def member_field(name: str, *, required: bool) -> forms.Field:
    """Make the form field of the order member `name`. The order document checks its value."""
    member = MEMBERS[name]
    if name == "language":
        return forms.ChoiceField(label=member.label, choices=settings.LANGUAGES, required=required)
    if name in {"client_id", "project_id"}:
        return forms.IntegerField(label=member.label, required=required)
    widget = forms.EmailInput if name == "user_email" else forms.TextInput
    return forms.CharField(
        label=member.label,
        help_text=member.hint,
        required=required,
        error_messages={"required": FORM_TEXTS["is required."]},
        widget=widget(attrs={"autocomplete": member.autocomplete}),
    )


def add_errors(form: forms.Form, errors: Errors) -> None:
    """Put `errors` beside the fields of `form`; those without a field on top of it.

    A field that has an error already keeps that one alone.
    """
    for member, sentences in errors.items():
        if form.has_error(member):
            continue
        for sentence in sentences:
            words = FORM_TEXTS.get(sentence, sentence)
            form.add_error(member if member in form.fields else None, str(words))
