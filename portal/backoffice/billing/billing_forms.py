"""Forms about invoices and subscriptions: payments, credit notes, refunds, prices."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.backoffice.order.forms import confirmed
from shop.billing.credit_notes import MAX_REASON, Left
from shop.billing.models import Invoice, Subscription
from shop.catalogue.price_field import PriceField


class PastDayField(forms.DateField):
    """A day that is not still to come; today at first."""

    widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **options: Any) -> None:
        super().__init__(initial=timezone.localdate, **options)

    def clean(self, value: Any) -> date | None:
        """Return the day. Raises ValidationError."""
        day: date | None = super().clean(value)
        if day and day > timezone.localdate():
            raise ValidationError(_("This day is in the future."))
        return day


def amount_field(**options: Any) -> PriceField:
    """Return a field of an amount that is not nothing."""
    return PriceField(help_text=_("For example 49 or 49,00."), **options)


class AmountForm(forms.Form):
    """A form with `amount`, in cents, which is more than nothing."""

    def clean_amount(self) -> int | None:
        """Return the amount, if there is one. Raises ValidationError."""
        cents: int | None = self.cleaned_data["amount"]
        if cents == 0:
            raise ValidationError(_("The amount must not be zero."))
        return cents


class PaymentForm(AmountForm):
    """Ask for a payment by bank transfer."""

    amount = amount_field(label=_("Amount paid"))
    paid_on = PastDayField(label=_("Paid on"))
    reference = forms.CharField(
        label=_("Reference"), max_length=200, required=False, help_text=_("Only staff can see it.")
    )
    # What the page shows as paid, in cents: of two who enter the same payment one wins.
    seen_paid = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, invoice: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="id_payment_%s")
        self.initial = {"amount": invoice.open_cents or None, "seen_paid": invoice.paid_cents}


class CreditForm(AmountForm):
    """Ask for the reason of a credit note, and for its net amount if it is not all that is left."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=MAX_REASON,
        help_text=_("It appears on the credit note, so write it in the customer's language."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    amount = PriceField(
        label=_("Net amount"),
        required=False,
        help_text=_("Without VAT, for example 49 or 49,00. Empty: all that is left."),
    )
    # What the page shows as left, net and in cents: a second click credits nothing.
    seen_left = forms.IntegerField(widget=forms.HiddenInput)
    confirm = confirmed(_("Yes, issue the credit note. This cannot be undone."))

    def __init__(self, invoice: Invoice, left: Left, data: Any = None) -> None:
        super().__init__(data)
        self.left = left
        self.initial = {"seen_left": left.net_cents}

    def clean_amount(self) -> int | None:
        """Return the net amount, if there is one. Raises ValidationError."""
        cents = super().clean_amount()
        if cents and cents > self.left.net_cents:
            raise ValidationError(_("This is more than is left of the invoice."))
        return cents


class RefundForm(forms.Form):
    """Ask for the day on which a refund was paid."""

    paid_on = PastDayField(label=_("Paid on"))
    seen_cents = forms.IntegerField(widget=forms.HiddenInput)


class RaiseForm(AmountForm):
    """Ask for the higher net price of a subscription, for one interval."""

    amount = amount_field(label=_("New net price"))
    confirm = confirmed(_("Yes, raise the price and tell the client by e-mail."))

    def __init__(self, subscription: Subscription, data: Any = None) -> None:
        super().__init__(data)
        self.subscription = subscription

    def clean_amount(self) -> int | None:
        """Return the price, in cents. Raises ValidationError."""
        cents = super().clean_amount()
        if cents and cents <= self.subscription.list_cents:
            raise ValidationError(_("The new price must be higher than today's."))
        return cents
