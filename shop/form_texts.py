"""Form fields for orders and the consent to the terms, and the words for what is wrong."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

from shop.content.terms_field import what_to_read, without_outdated_tick
from shop.email_fields import NOT_AN_EMAIL, EmailInput
from shop.form_errors import REQUIRED
from shop.orders.basket import current_terms
from shop.orders.order_fields import FIELDS
from shop.orders.problems import Problem

MISSING = ("required", "blank", "required_with", "required_unless")
# By code of `shop.orders.problems`.
FORM_TEXTS: dict[str, StrOrPromise] = {
    **dict.fromkeys(MISSING, REQUIRED),  # pages name what is missing
    "not_an_email": NOT_AN_EMAIL,
    "control_characters": _("Please remove line breaks and invisible signs."),
    "too_long": _("Please use at most %(limit)s characters."),
    "unknown_tier": _("This plan can no longer be ordered."),
    "invalid_promo_code": _(
        "We don't recognise this code, or it isn't valid (any more) for %(tier)s."
    ),
    "not_client_admin": _("You do not administer this company."),
    "unknown_project": _("This project belongs to another company."),
    "project_closed": _("The contract of this project has ended: nobody can join it any more."),
    "wrong_tier": _("This project has another plan."),
    "client_required": _("To add to a project, choose its company, too."),
    "two_clients": _("Choose a company or name a new one, not both."),
    "two_projects": _("Choose a project or name a new one, not both."),
    "not_correctable": _("This cannot be corrected here."),
    "delivered": _("This can no longer be changed: it is set up already."),
    "corrected_too_often": _("This was corrected several times already. Please write to us."),
    "no_seat": _("The project has as many members as its plan allows."),
    "already_member": _("This person is a member of the project already, or invited."),
    "not_fillable": _("This was filled in already."),
    "unknown_country": _("Please choose a country."),
    "invalid_vat_id": _("This VAT ID does not exist. Please check each character."),
    "vat_id_of_another_country": _(
        "This VAT ID does not belong to the country above. It begins with the country's code, such "
        "as AT; that of Greece is EL."
    ),
    "businesses_only": _("We sell to businesses only."),
    "not_by_the_year": _("This plan is not sold by the year."),
    "client_has_billing": _("We already have billing details for this company."),
}

# Where customers have another word for a field than staff and programs.
CUSTOMERS_LABELS: dict[str, StrOrPromise] = {"client_name": pgettext_lazy("billing", "Company")}

# Of forms that order.
OUTDATED_TERMS = _(
    "The terms have changed while you were looking. Nothing has been ordered. "
    "Please read them again and tick the box if you agree."
)


class TermsForm(forms.Form):
    """A form with the checkbox `terms`; a tick for terms that were replaced does not count."""

    outdated_terms: StrOrPromise

    def __init__(self, posted: QueryDict | None, **options: Any) -> None:
        self.to_agree = current_terms()
        data, self.is_outdated = posted, False
        if posted is not None:
            data, self.is_outdated = without_outdated_tick(posted, self.to_agree)
        super().__init__(data, **options)
        self.fields["terms"].help_text = what_to_read()
        if self.is_outdated:
            self.fields["terms"].error_messages["required"] = self.outdated_terms


def member_field(name: str, *, required: bool) -> forms.Field:
    """Make the form field of the order's field `name`. The order document checks its value."""
    field = FIELDS[name]
    label = CUSTOMERS_LABELS.get(name, field.label)
    if name == "language":
        return forms.ChoiceField(label=label, choices=settings.LANGUAGES, required=required)
    if name in {"client_id", "project_id"}:
        return forms.IntegerField(label=label, required=required)
    widget = EmailInput if name == "user_email" else forms.TextInput
    return forms.CharField(
        label=label,
        help_text=field.hint,
        required=required,
        widget=widget({"autocomplete": field.autocomplete}),
    )


def form_text(problem: Problem) -> str:
    """Return `problem` in the page's language; what no form can cause stays English."""
    text = FORM_TEXTS.get(problem.code)
    values = {"limit": problem.limit, "tier": problem.tier}
    return str(text) % values if text else problem.sentence()


def filled_in(form: forms.Form) -> dict[str, Any]:
    """Return the valid fields of `form` that are not empty, by name."""
    return {name: value for name, value in form.cleaned_data.items() if value}


def add_errors(form: forms.Form, problems: Iterable[Problem]) -> None:
    """Put `problems` beside the fields of `form` that have no error yet, all others on top."""
    already = set(form.errors)
    for problem in problems:
        if problem.member not in already:
            name = problem.member if problem.member in form.fields else None
            form.add_error(name, form_text(problem))
