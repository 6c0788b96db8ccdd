"""The errors of a form as pages show them: one about a missing value names what is missing."""

from collections.abc import Iterator

from django import forms, template
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

register = template.Library()

REQUIRED = forms.Field.default_error_messages["required"]
# By name of the field. A form whose field means something else gives it a text of its own.
MISSING: dict[str, StrOrPromise] = {
    **dict.fromkeys(("email", "login", "user_email"), _("Please enter your e-mail address.")),
    "password": _("Please enter your password."),
    "oldpassword": _("Please enter your current password."),
    "password1": _("Please choose a new password."),
    "code": _("Please enter the code."),
    "client_name": _("Please enter the name of your company."),
    "project_name": _("Please give your project a name."),
    "billing_company": _("Please enter the full name of your company."),
    "billing_name": _("Please enter your name."),
    "billing_street": _("Please enter the street and house number."),
    "billing_postal_code": _("Please enter the postal code."),
    "billing_city": _("Please enter the city."),
    "name": _("Please enter a name."),
    "note": _("Please write a note."),
    "reason": _("Please give the reason."),
}
# By type of the widget, for all other fields.
CHOOSE = _("Please choose: %(field)s.")
MISSING_CHOICE: dict[str, StrOrPromise] = {
    **dict.fromkeys(("select", "radioselect", "checkboxselectmultiple"), CHOOSE),
    "checkbox": _("Please tick “%(field)s”."),
}


def error_texts(field: forms.BoundField) -> list[str]:
    """Return the errors beside `field`."""
    return [_in_words(field, text) for error in field.errors.as_data() for text in error.messages]


def _in_words(field: forms.BoundField, text: str) -> str:
    if text != str(REQUIRED):
        return text
    if field.name in MISSING:
        return str(MISSING[field.name])
    sentence = MISSING_CHOICE.get(field.widget_type) or gettext("Please fill in “%(field)s”.")
    return str(sentence) % {"field": field.label}


@register.filter
def error_lines(form: forms.BaseForm) -> Iterator[tuple[str, str]]:
    """Yield the lines of a summary: the id of the field's control, or "", and the text."""
    for text in form.non_field_errors():
        yield "", str(text)
    for field in form:
        names_itself = field.widget_type == "checkbox" or field.is_hidden
        for error in field.errors.as_data():
            for text in error.messages:
                line = _in_words(field, text)
                named = names_itself or _is_about_missing(error)
                yield _target(field), line if named else f"{field.label}: {line}"


def _is_about_missing(error: ValidationError) -> bool:
    return error.code == "required" or str(REQUIRED) in error.messages


def _target(field: forms.BoundField) -> str:
    if field.is_hidden:
        return ""
    # Choices are several controls: the first of them.
    return field.id_for_label or f"{field.auto_id}_0"
