"""The checkout's form. Its fields carry the order members' names; the rules are the document's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.content.models import Version
from shop.content.terms_field import terms_field, what_to_read
from shop.form_texts import FORM_TEXTS, member_field
from shop.languages import page_language
from shop.orders.document import Errors, InvalidDocumentError, check_document
from shop.tenancy.models import Client, Project, User

EITHER = ("client_id", "client_name", "project_id", "project_name")
REQUIRED = FORM_TEXTS["is required."]


class CheckoutForm(forms.Form):
    """What a customer says of themselves and of what is to be set up.

    Who is client_admin may choose one of their clients and projects instead of naming new ones.
    """

    user_email = member_field("user_email", required=True)
    user_first_name = member_field("user_first_name", required=False)
    user_last_name = member_field("user_last_name", required=False)
    client_id = forms.TypedChoiceField(
        label=_("Your client"), coerce=int, empty_value=None, required=False
    )
    client_name = member_field("client_name", required=True)
    project_id = forms.TypedChoiceField(
        label=_("Your project"),
        help_text=_("To add a member to a project of this tier costs nothing."),
        coerce=int,
        empty_value=None,
        required=False,
    )
    project_name = member_field("project_name", required=True)
    product = forms.ChoiceField(
        label=_("Tier"), error_messages={"invalid_choice": _("This tier can no longer be ordered.")}
    )
    promo_code = forms.CharField(
        label=_("Promotion code"),
        help_text=_("As it was given to you; capital letters count."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    terms = terms_field(_("Please agree to the terms to place the order."))

    def __init__(
        self,
        *args: Any,
        user: User | None,
        tier: Product,
        to_agree: Version,
        complete: bool = True,
        **kwargs: Any,
    ) -> None:
        """`complete`: whether the order is to be placed, so that nothing may be missing."""
        super().__init__(*args, **kwargs)
        self.user = user
        self.to_agree = to_agree
        self.complete = complete
        self.fields["terms"].help_text = what_to_read()
        listed = Product.objects.filter(listed=True)
        _offer(self, "product", [(each.code, each.name) for each in listed])
        for field in self.fields.values():
            field.asked = field.required  # type: ignore[attr-defined]  # for its template
            field.required = field.required and complete
        clients = list(Client.objects.filter(client_admin=user)) if user else []
        if not clients:
            del self.fields["client_id"], self.fields["project_id"]
            return
        for name in EITHER:
            # What one of the two says need not be said by the other; yet neither is optional.
            self.fields[name].asked = True  # type: ignore[attr-defined]  # likewise
            self.fields[name].required = False
        self.fields["client_name"].help_text = _("For a new client: its name as on invoices.")
        self.fields["project_name"].help_text = _("For a new project: a working title will do.")
        projects = Project.objects.filter(client__in=clients, product=tier)
        _offer(self, "client_id", [("", _("A new client")), *((c.pk, c.name) for c in clients)])
        _offer(self, "project_id", [("", _("A new project")), *((p.pk, p.name) for p in projects)])

    def clean(self) -> dict[str, Any]:
        """Ask for a client and a project where neither was chosen nor named."""
        details = super().clean() or {}
        if not self.complete:
            return details
        for kind in ("client", "project"):
            name = f"{kind}_name"
            if not details.get(f"{kind}_id") and not details.get(name) and name not in self.errors:
                self.add_error(name, str(REQUIRED))
        return details

    def document(self) -> dict[str, Any]:
        """The order document these details make; empty fields are absent."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "terms"}
        details = {name: value for name, value in said.items() if value}
        return {**details, "language": page_language()}

    @property
    def agreed(self) -> Version | None:
        """The version of the terms whose box was ticked."""
        return self.to_agree if self.cleaned_data.get("terms") else None

    def faults(self) -> Errors:
        """What the rules of ordering have against these details; nothing where none were given."""
        try:
            check_document(self.document(), client_admin=self.user)
        except InvalidDocumentError as refusal:
            given = self.document() if not self.complete else refusal.errors
            return {name: told for name, told in refusal.errors.items() if name in given}
        return {}


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- tells mypy what it is
    field.choices = choices
