"""The checkout's form: its fields are those of the order document, which has the rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.content.terms_field import terms_field
from shop.form_texts import FORM_TEXTS, TermsForm, add_errors, filled_in, member_field
from shop.languages import page_language
from shop.orders.basket import order_document, put_consent, put_tier, update_document
from shop.orders.document import CheckedDocument, InvalidDocumentError, check_document
from shop.orders.models import Basket
from shop.tenancy.models import Client, Project, User

EITHER = ("client_id", "client_name", "project_id", "project_name")


class CheckoutForm(TermsForm):
    """Details of the customer and of what is to be set up.

    A client_admin may choose one of their clients and projects instead of naming new ones.
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
        help_text=_("As it was given to you."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    terms = terms_field(_("Please agree to the terms to place the order."))
    outdated_terms = _(
        "The terms have changed while you were looking. Nothing has been ordered. "
        "Please read them again and tick the box if you agree."
    )

    def __init__(
        self,
        posted: QueryDict | None,
        user: User | None,
        tier: Product,
        tiers: Iterable[Product],
        **options: Any,
    ) -> None:
        """`tiers` are on offer. All that placing needs is asked for, unless `apply` is posted."""
        super().__init__(posted, **options)
        self.user = user
        self.tier = tier
        self.complete = "apply" not in self.data
        self.checked: CheckedDocument | None = None
        _offer(self, "product", [(each.code, each.name) for each in tiers])
        for field in self.fields.values():
            field.asked = field.required  # type: ignore[attr-defined]  # for its template
            field.required = field.required and self.complete
        clients = list(Client.objects.filter(client_admin=user)) if user else []
        if not clients:
            del self.fields["client_id"], self.fields["project_id"]
            return
        for name in EITHER:
            # One of the two is enough, so neither is required; nor is either marked optional.
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
                self.add_error(name, str(FORM_TEXTS["required"]))
        return details

    def document(self) -> dict[str, Any]:
        """Return the fields that were filled in, and the page's language."""
        typed = filled_in(self) | {"language": page_language()}
        typed.pop("terms", None)
        return typed

    def fill(self, basket: Basket) -> None:
        """Put what was typed into `basket`, check the whole, and add what is wrong to `errors`.

        What breaks a rule stays out of the basket. What programs have put in beside it stays in.
        `checked` is the document to order by, if there are no errors.
        """
        typed = self.document()
        put_tier(basket, self.tier)
        emptied = dict.fromkeys(self.base_fields.keys() - {"product", "terms"})
        update_document(basket, emptied | typed)
        # A page has no currency of its own: that of the tier counts.
        basket.currency = self.tier.currency
        if basket.language_tag.partition("-")[0].lower() != typed["language"]:
            basket.language_tag = typed["language"]
        put_consent(basket, self.to_agree if self.cleaned_data.get("terms") else None)
        try:
            checked = check_document(order_document(basket), client_admin=self.user)
        except InvalidDocumentError as refusal:
            told = [each for each in refusal.problems if self.complete or each.member in typed]
            faulty = {each.member for each in refusal.problems} - {"product"}
            update_document(basket, dict.fromkeys(faulty & typed.keys()))
            add_errors(self, told)
        else:
            self.checked = None if self.errors else checked


def _offer(form: forms.Form, name: str, choices: list[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 -- tells mypy what it is
    field.choices = choices
