"""Forms of the registration pages. The order document checks the fields of the order."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.catalogue.models import Promotion
from shop.catalogue.promotions import named_promotion
from shop.catalogue.seller import current_seller
from shop.content.terms_field import terms_field
from shop.email_spellings import InvalidEmailError, check_email, same_mailbox
from shop.form_texts import OUTDATED_TERMS, TermsForm, filled_in, member_field
from shop.notifications.emails.queue import queue_completed
from shop.orders.corrections import check_corrections, readdress
from shop.orders.missing_details import check_details, fill_in, fillable
from shop.orders.models import Order
from shop.orders.order_numbers import find_order_number, read_order_number
from shop.orders.pasted_text import find_email, find_hash
from shop.orders.pricing import price_as_ordered
from shop.packing.recovery import correct_and_retry
from shop.tenancy.models import User
from shop.worker.wake_up import wake

# The fields that `Order.missing` may name; all others are optional.
NEEDED = frozenset({"client_name", "project_name", "user_email"})


class FindForm(forms.Form):
    """Find an order by its number, by a pasted link, or by an e-mail address.

    The form tells which of them was typed, not whether there is such an order.
    """

    order = forms.CharField(
        label=_("Order number, link or e-mail address"),
        help_text=_(
            "The number looks like K7QM-3FZ2. You find it in every e-mail about your order."
        ),
        error_messages={
            "required": _("Please enter an order number, a link or an e-mail address.")
        },
        max_length=4000,  # links that mail gateways have wrapped are long
        widget=forms.TextInput(
            {"autocomplete": "email", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    order_hash: str | None = None
    order_number: str | None = None
    email: str | None = None

    def clean_order(self) -> str:
        """Read what was typed into `order_hash`, `order_number` or `email`."""
        typed: str = self.cleaned_data["order"]
        self.order_hash = find_hash(typed)
        self.order_number = None if self.order_hash else read_order_number(typed)
        if self.order_hash or self.order_number:
            return typed
        self.email = find_email(typed)
        try:
            check_email(self.email or "")
        except InvalidEmailError as error:
            self.email, self.order_number = None, find_order_number(typed)
            if self.order_number:
                return typed
            text = _("This is no order number, link or e-mail address. Please copy all of it.")
            raise ValidationError(text) from error
        return typed


class OrderForm(forms.Form):
    """Ask for fields of an order; the rules of ordering apply to what is typed."""

    saved: StrOrPromise = ""
    has_named_address = False  # an e-mail address was typed, and is the order's now
    too_late: StrOrPromise = _("Somebody was faster. This is how the order stands now.")

    def __init__(
        self, order: Order, asked: Mapping[str, bool], data: Any = None, **options: Any
    ) -> None:
        """`asked` holds the names of the fields; the value is True for required ones."""
        super().__init__(data, **options)
        self.order = order
        for name, required in asked.items():
            self.fields[name] = member_field(name, required=required)
        if "client_name" in self.fields:
            self.fields["client_name"].label = _("Company")  # the buyer's own

    def check(self) -> None:
        """Raise InvalidDocumentError if what was typed breaks a rule of ordering."""

    def save(self, actor: User | None) -> bool:
        """Change the order; False if somebody was faster. Raises InvalidDocumentError."""
        raise NotImplementedError


class DetailsForm(OrderForm, TermsForm):
    """Ask for the missing details of an order and for consent: sending them makes it binding.

    Only an order for a new client can miss details.
    """

    too_late = _("These details were filled in already.")
    terms = terms_field(_("Please agree to the terms to place the order."))
    outdated_terms = OUTDATED_TERMS

    def __init__(self, order: Order, data: QueryDict | None = None) -> None:
        super().__init__(order, {name: name in order.missing for name in fillable(order)}, data)
        self.fields["terms"] = self.fields.pop("terms")  # the last one
        self.price = price_as_ordered(order)
        self.due_days = current_seller().due_days

    @property
    def promotion(self) -> Promotion | None:
        """The promotion that the price was reduced by, whether it is still valid or not."""
        return named_promotion(self.order.promo_code) if self.order.promo_code else None

    def details(self) -> dict[str, Any]:
        """Return the fields of the order that were filled in."""
        return {name: value for name, value in filled_in(self).items() if name != "terms"}

    def check(self) -> None:
        check_details(self.order, self.details())

    @transaction.atomic
    def save(self, actor: User | None) -> bool:
        filled = fill_in(self.order, self.details(), actor=actor, agreed=self.to_agree)
        if filled:
            self.has_named_address = bool(self.cleaned_data.get("user_email"))
            queue_completed(self.order)
        if filled and self.order.complete:
            wake("packing")
        return filled


class CorrectionForm(OrderForm):
    """Ask for the fields that packing failed on, with the cause beside the first of them."""

    def __init__(self, order: Order, names: Sequence[str], cause: str, data: Any = None) -> None:
        # Only what the page shows anyway: the hash alone must not reveal personal data.
        shown = {name: getattr(order, name) for name in ("client_name", "project_name")}
        super().__init__(order, {name: name in NEEDED for name in names}, data, initial=shown)
        if cause and data is None:
            self.cleaned_data = {}  # nothing was typed yet
            self.add_error(names[0], cause)

    def check(self) -> None:
        check_corrections(self.order, filled_in(self), self.fields)

    def save(self, actor: User | None) -> bool:
        return correct_and_retry(self.order, filled_in(self), allowed=self.fields, actor=actor)


class EmailChangeForm(OrderForm):
    """Ask for the right e-mail address of an order."""

    saved = _("Corrected. All further e-mails go there; older links no longer work.")

    def clean_user_email(self) -> str:
        email: str = self.cleaned_data["user_email"]
        if self.order.unreachable_since and same_mailbox(email, self.order.user_email or ""):
            text = _("This is the address that could not be reached. Please check each letter.")
            raise ValidationError(text)
        return email

    def save(self, actor: User | None) -> bool:
        self.has_named_address = readdress(self.order, self.cleaned_data["user_email"], actor=actor)
        return self.has_named_address


class CodeForm(forms.Form):
    """Ask for the code in the invitation mail, for people who read it on another device."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("You'll find it in the e-mail, below the link."),
        error_messages={"required": _("Please enter the code from the e-mail.")},
        max_length=40,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
