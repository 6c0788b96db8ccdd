"""Forms that cancel a contract or withdraw from one without signing in (contract, "Billing")."""

import hashlib
import json
import secrets
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.email_fields import NewEmailField
from shop.text_areas import TextAreaField

MAX_LENGTH = 200  # characters of a name, and of what identifies a contract
MAX_REASON = 2000
LATEST_YEARS = 100  # from now; dates end with the year 9999
DATE_FORMATS = ["%Y-%m-%d", "%d.%m.%Y"]  # as browsers send it, and as people type it


def _line(
    label: StrOrPromise, hint: StrOrPromise, missing: StrOrPromise, **attrs: str
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=MAX_LENGTH,
        error_messages={
            "required": missing,
            "max_length": _("Please use at most %(limit_value)s characters."),
        },
        widget=forms.TextInput({"spellcheck": "false", **attrs}),
    )


def _email(hint: StrOrPromise) -> NewEmailField:
    return NewEmailField(
        label=_("E-mail for the confirmation"),
        help_text=hint,
        error_messages={
            "required": _("Please enter the e-mail address that the confirmation goes to."),
            "max_length": _("Please use at most %(limit_value)s characters."),
        },
    )


class DeclarationForm(forms.Form):
    """Base class: `form_token` tells a form that is sent twice from two that are alike."""

    form_token = forms.CharField(
        max_length=64,
        required=False,
        initial=lambda: secrets.token_hex(16),
        widget=forms.HiddenInput,
    )

    def fields_of_declaration(self) -> dict[str, Any]:
        """Return what was typed, by the columns of `Declaration`."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "form_token"}
        token = self.cleaned_data["form_token"] or secrets.token_hex(16)
        return {**typed, "form_digest": _digest(token, typed)}


class CancellationForm(DeclarationForm):
    """Cancel a contract: exactly what § 312k BGB and the contract ask for, and nothing else."""

    name = _line(
        _("Your name"),
        _("If you cancel for a company, give the name of the person who cancels."),
        _("Please enter your name."),
        autocomplete="name",
    )
    contract = _line(
        _("Order number, or what identifies the contract"),
        _(
            "The order number looks like K7QM-3FZ2. You find it in every e-mail about your order. "
            "An invoice number, or your company and the project, will do as well."
        ),
        _("Please enter the order number, or what else identifies the contract."),
        autocomplete="off",
        autocapitalize="off",
    )
    email = _email(
        _("We'll send the confirmation that we have received your cancellation to this address.")
    )
    for_cause = forms.TypedChoiceField(
        label=_("Kind of cancellation"),
        choices=[
            ("no", _("Ordinary cancellation")),
            ("yes", _("Cancellation for cause")),
        ],
        initial="no",
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Please choose the kind of cancellation.")},
        widget=forms.RadioSelect,
    )
    reason = TextAreaField(
        label=_("Reason for the cancellation for cause"),
        required=False,
        max_length=MAX_REASON,
        error_messages={"max_length": _("Please use at most %(limit_value)s characters.")},
        widget=forms.Textarea({"rows": 5}),
    )
    wished_end = forms.DateField(
        label=_("Requested end"),
        help_text=_("Leave it empty to cancel as soon as possible."),
        required=False,
        input_formats=DATE_FORMATS,
        error_messages={"invalid": _("Please enter a date such as 2027-12-31.")},
        widget=forms.DateInput({"type": "date"}, format=DATE_FORMATS[0]),
    )
    # Not optional where it is asked for: beside the choice for which it is needed.
    reason.asked = True  # type: ignore[attr-defined]  # for its template
    field_order = ("name", "contract", "for_cause", "reason", "wished_end", "email")

    def clean_wished_end(self) -> Any:
        """Refuse a day that is over, or so late that it must be a slip."""
        day = self.cleaned_data["wished_end"]
        if day and day < timezone.localdate():
            raise ValidationError(
                _("A contract cannot end in the past. Please enter today's date or a later one."),
                code="past",
            )
        # What is declared is received, however late: only a calendar's end is none.
        if day and day.year > timezone.localdate().year + LATEST_YEARS:
            raise ValidationError(_("Please enter a day within the next hundred years."))
        return day

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a cancellation for cause."""
        given = self.cleaned_data
        if given.get("for_cause") and not given.get("reason") and "reason" not in self.errors:
            self.add_error("reason", _("Please give the reason of the cancellation for cause."))
        return given


class WithdrawalForm(DeclarationForm):
    """Withdraw from a contract: what § 356a BGB asks for (contract, "Withdrawing")."""

    name = _line(_("Your name"), "", _("Please enter your name."), autocomplete="name")
    order_number = _line(
        _("Order number"),
        _("It looks like K7QM-3FZ2. You find it in every e-mail about your order."),
        _("Please enter the order number."),
        autocomplete="off",
        autocapitalize="off",
    )
    email = _email(
        _("We send the confirmation there. If you can, use the address that you ordered with.")
    )

    def fields_of_declaration(self) -> dict[str, Any]:
        """Return what was typed, by the columns of `Declaration`."""
        fields = super().fields_of_declaration()
        fields["contract"] = fields.pop("order_number")
        return fields


def _digest(token: str, typed: dict[str, Any]) -> str:
    """Return the same for the same form with the same contents only.

    Somebody may go back in the browser, change what was typed and send that form again.
    """
    source = json.dumps([token, typed], sort_keys=True, default=str)
    return hashlib.sha256(source.encode()).hexdigest()
