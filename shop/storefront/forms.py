"""The checkout's form: its fields are those of the order document, which has the rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from shop.billing_form import PREFIX, BillingForm, form_name
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.content.terms_field import agreed_words, terms_field
from shop.customers import sells_to_everyone
from shop.form_errors import REQUIRED
from shop.form_texts import (
    MISSING,
    OUTDATED_TERMS,
    TermsForm,
    add_errors,
    filled_in,
    form_text,
    member_field,
)
from shop.languages import page_language
from shop.orders.agreed_terms import agreed_at
from shop.orders.basket import (
    order_document,
    put_business,
    put_consent,
    put_tier,
    update_document,
)
from shop.orders.document import CheckedDocument, InvalidDocumentError, check_document
from shop.orders.models import Basket
from shop.orders.problems import Problem
from shop.storefront.interval_choices import interval_choices
from shop.storefront.known_customers import KnownCustomerForm, offer
from shop.storefront.promotion_words import refusal_of
from shop.tenancy.models import User

# Fields that are no members of the order document.
BESIDE = ("product", "terms", "business")
# Members of the order document that the form puts into the basket.
MEMBERS = (
    *("client_id", "client_name", "project_id", "project_name"),
    *("user_email", "user_first_name", "user_last_name"),
    *("interval", "promo_code", "billing"),
)


class CheckoutForm(TermsForm, KnownCustomerForm, BillingForm):
    """Details of the customer, of what is to be set up, and of who is billed."""

    user_email = member_field("user_email", required=True)
    user_first_name = member_field("user_first_name", required=False)
    user_last_name = member_field("user_last_name", required=False)
    client_name = member_field("client_name", required=True)
    project_name = member_field("project_name", required=True)
    interval = forms.ChoiceField(
        label=_("You pay"), required=False, initial=Interval.MONTH, widget=forms.RadioSelect
    )
    product = forms.ChoiceField(
        label=_("Plan"), error_messages={"invalid_choice": _("This plan can no longer be ordered.")}
    )
    promo_code = forms.CharField(
        label=_("Promotion code"),
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    business = forms.BooleanField(
        label=_("I'm ordering as a business, freelancer or institution, not as a consumer"),
        error_messages={
            "required": _(
                "We sell only to businesses, freelancers and institutions. Please confirm that you do "
                "not order as a consumer."
            )
        },
    )
    terms = terms_field(_("Please agree to the terms to place the order."))
    outdated_terms = OUTDATED_TERMS
    # As the page has them, so that the summary of errors names them in this order.
    field_order = (
        *("billing_customer_type", "client_id", "client_name", "project_id", "project_name"),
        *("user_email", "user_first_name", "user_last_name"),
    )
    # Invoices that need none of these are the rule, so they are folded up.
    seldom = ("billing_company", "billing_street2", "billing_email", "billing_reference")

    def __init__(
        self,
        posted: QueryDict | None,
        user: User | None,
        tier: Product,
        tiers: Iterable[Product],
        *,
        complete: bool = True,
        **options: Any,
    ) -> None:
        """`tiers` are on offer. Nothing that is missing is an error unless it is `complete`."""
        super().__init__(posted, **options)
        self.user = user
        self.tier = tier
        self.complete = complete
        self.checked: CheckedDocument | None = None
        self._ask_for_billing()
        offer(self, "product", [(each.code, each.name) for each in tiers])
        if tier.yearly_net_cents is None or tier.is_free:
            del self.fields["interval"]
        else:
            offer(self, "interval", interval_choices(tier))
        if sells_to_everyone():
            del self.fields["business"]
        self._ask_for_consent()
        for field in self.fields.values():
            field.asked = field.required or getattr(field, "asked", False)  # type: ignore[attr-defined]  # for its template
            field.required = field.required and self.complete
        # Which of these are needed depends on what else is chosen: `clean` looks at all of them.
        for name in self.billing_names:
            self.fields[name].required = False
        self.offer_clients(user, tier)
        for kind in ("client", "project"):
            if f"{kind}_id" in self.fields:
                # One of the two is enough, so neither is required; nor is either marked optional.
                self.fields[f"{kind}_name"].required = False

    def _ask_for_consent(self) -> None:
        """Ask nobody again who agreed to these terms: their order says so by itself."""
        self.agreed_at = agreed_at(self.user, self.to_agree) if self.user else None
        if self.agreed_at:
            self.fields["terms"].widget = forms.HiddenInput()
            self.initial["terms"] = True

    @property
    def agreed_words(self) -> SafeString:
        """Return the words in place of the checkbox for those who agreed before, else nothing."""
        return agreed_words(self.agreed_at) if self.agreed_at else SafeString()

    @property
    def names_seldom_details(self) -> bool:
        """Tell whether one of the fields that are folded up is filled in, or wrong."""
        names = [name for name in self.seldom if name in self.fields]
        return any(self[name].value() or self[name].errors for name in names)

    @property
    def billing_names(self) -> list[str]:
        """The names of the fields that ask who is billed; none for a free tier."""
        return [name for name in self.fields if name.startswith(PREFIX)]

    def _ask_for_billing(self) -> None:
        if self.tier.is_free:
            self.drop_billing()
            return
        company = self.fields["billing_company"]
        company.label = _("Company on the invoice")
        company.help_text = _("Only if it differs from the company above.")
        company.required = company.asked = False  # type: ignore[attr-defined]  # for its template
        if sells_to_everyone():
            self.fields["billing_name"].help_text = ""  # only private persons are asked for it
        else:
            # The first member's name is asked for above.
            del self.fields["billing_name"]
        if self.user is None:
            self.fields["billing_email"].help_text = _(
                "If you leave it empty, invoices go to the e-mail address above."
            )

    @property
    def is_billed(self) -> bool:
        """Tell whether the order costs something and it is not known yet who is billed."""
        given = self.cleaned_data
        if self.tier.is_free or given.get("project_id"):
            return False
        return given.get("client_id") not in self.billed

    def clean(self) -> dict[str, Any]:
        """Ask for a client and a project where neither was chosen nor named."""
        given = self.cleaned_data
        self.keep_what_was_chosen()
        if self.is_billed:
            self._name_client()
            super().clean()
        if not self.complete:
            return given
        for kind in ("client", "project"):
            name = f"{kind}_name"
            if not given.get(f"{kind}_id") and not given.get(name) and name not in self.errors:
                self.add_error(name, str(REQUIRED))
        if self.is_private:
            self.errors.pop("client_name", None)
        return given

    @property
    def is_private(self) -> bool:
        """Tell whether a private person orders, whose client is named after who is billed."""
        return self.is_billed and self.data.get("billing_customer_type") == "private"

    def _name_client(self) -> None:
        """Name the new client after who is billed, where it was not named."""
        given = self.cleaned_data
        billed = given.get("billing_company") or given.get("billing_name")
        if billed and not given.get("client_id") and not self.data.get("client_name"):
            self.errors.pop("client_name", None)
            given["client_name"] = billed

    def billing(self) -> dict[str, Any] | None:
        """Return `billing` of the order document; a company that is named once has that name."""
        if not (self.is_billed and self.billing_names):
            return None
        given = self.cleaned_data
        typed = super().billing() or {"customer_type": "company"}
        if self.data.get("billing_customer_type") == "private":
            typed["customer_type"] = "private"  # refused where the page does not ask for it
        if typed["customer_type"] == "company" and not typed.get("company"):
            chosen = (each.name for each in self.clients if each.pk == given.get("client_id"))
            company = given.get("client_name") or next(chosen, "")
            typed |= {"company": company} if company else {}
        return typed

    def add_billing_errors(self, problems: Iterable[Problem]) -> None:
        """Put `problems` beside their fields; what no field of the page is about, on top."""
        # A company without a name is told at the client's.
        told = [
            each for each in problems if (each.member, each.code) != ("billing.company", "required")
        ]
        super().add_billing_errors(told)
        for each in told:
            if form_name(each.member) not in self.fields and each.code not in MISSING:
                text = form_text(each)
                if text not in self.non_field_errors():
                    self.add_error(None, text)

    def document(self) -> dict[str, Any]:
        """Return the fields that were filled in, and the page's language."""
        typed = {
            name: value
            for name, value in filled_in(self).items()
            if name not in BESIDE and not name.startswith(PREFIX)
        }
        if typed.get("interval") == Interval.MONTH:
            del typed["interval"]  # as where no interval is named
        billing = self.billing()
        typed |= {"billing": billing} if billing else {}
        return typed | {"product": self.tier.code, "language": page_language()}

    def fill(self, basket: Basket) -> None:
        """Put what was typed into `basket`, check the whole, and add what is wrong to `errors`.

        What breaks a rule stays out of the basket. What programs have put in beside it stays in.
        `checked` is the document to order by, if there are no errors.
        """
        typed = self.document()
        put_tier(basket, self.tier)
        if "billing" in typed:
            unasked = basket.document.get("billing") or {}
            unasked = {n: v for n, v in unasked.items() if form_name(n) not in self.fields}
            typed["billing"] = unasked | typed["billing"]
        update_document(basket, dict.fromkeys(MEMBERS) | typed)
        # A page has no currency of its own: that of the tier counts.
        basket.currency = self.tier.currency
        if basket.language_tag.partition("-")[0].lower() != typed["language"]:
            basket.language_tag = typed["language"]
        put_consent(basket, self.to_agree if self.cleaned_data.get("terms") else None)
        put_business(basket, declared=bool(self.cleaned_data.get("business")))
        try:
            checked = check_document(order_document(basket), client_admin=self.user)
        except InvalidDocumentError as refusal:
            self._tell(basket, typed, refusal.problems)
        else:
            self.checked = None if self.errors else checked

    def _tell(self, basket: Basket, typed: dict[str, Any], problems: list[Problem]) -> None:
        """Add `problems` to `errors`, and take what is wrong out of `basket`."""
        billing = [each for each in problems if each.member.startswith("billing")]
        others = [each for each in problems if each not in billing]
        told = [each for each in others if self.complete or each.member in typed]
        told = [each for each in told if not (self.is_private and each.member == "client_name")]
        faulty = {each.member for each in others} - {"product"}
        update_document(basket, dict.fromkeys(faulty & typed.keys()))
        if "promo_code" in faulty and "promo_code" not in self.errors:
            self.add_error("promo_code", refusal_of(typed["promo_code"], self.tier))
        add_errors(self, told)
        self.add_billing_errors(billing)
        # What is still missing keeps nothing out: the rest of it is a draft.
        faulty = {form_name(each.member) for each in billing if each.code not in MISSING}
        sound = {n: v for n, v in typed.get("billing", {}).items() if form_name(n) not in faulty}
        update_document(basket, {"billing": sound or None})
