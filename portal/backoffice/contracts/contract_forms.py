"""Forms about the life of a subscription: its tier, its cancellation, its end."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.backoffice.billing.case_forms import FutureDayField
from portal.backoffice.order.forms import confirmed
from shop.billing.models import Subscription
from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product

REASON = 200


def reason_field(**options: Any) -> forms.CharField:
    """Return the field of a reason that colleagues read in the history."""
    return forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        widget=forms.TextInput({"autocomplete": "off"}),
        **{"help_text": _("Colleagues see it in the history."), **options},
    )


class TierForm(forms.Form):
    """Ask for another tier and interval of a subscription."""

    tier = forms.ModelChoiceField(
        Product.objects.none(), label=_("Tier"), to_field_name="slug", empty_label=None
    )
    interval = forms.ChoiceField(label=_("Paid"), choices=Interval.choices)

    def __init__(self, subscription: Subscription, data: Any = None) -> None:
        super().__init__(data)
        self.initial = {"tier": subscription.product.slug, "interval": subscription.interval}
        listed = Product.objects.filter(listed=True, currency=subscription.currency)
        field = self.fields["tier"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 -- for the type checker
        field.queryset = listed


class ConfirmChangeForm(forms.Form):
    """Ask for the reason of a change, and confirm its quote."""

    reason = reason_field()
    quote = forms.CharField(widget=forms.HiddenInput)
    confirm = confirmed(_("Yes, change the tier and tell the client by e-mail."))


class RefuseForm(forms.Form):
    """Ask why a change is refused."""

    note = forms.CharField(
        label=_("Reason"),
        max_length=REASON,
        help_text=_("The client reads it in the e-mail, so write it in their language."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class CancelContractForm(forms.Form):
    """Ask for the day by which a client wants to leave, and why."""

    wished = FutureDayField(
        label=_("Requested end"), required=False, help_text=_("Empty: as soon as possible.")
    )
    reason = reason_field(required=False)
    confirm = confirmed(_("Yes, cancel this subscription and tell the client by e-mail."))


class EndNowForm(forms.Form):
    """Ask why a subscription ends at once."""

    reason = reason_field()
    confirm = confirmed(_("Yes, end it today. The client cannot undo this."))


class WithdrawForm(forms.Form):
    """Confirms a withdrawal, with the sum that was shown."""

    # What the page shows as credited, in cents: what was issued meanwhile is looked at again.
    seen_cents = forms.IntegerField(widget=forms.HiddenInput)
    confirm = confirmed(_("Yes, carry out the withdrawal. This cannot be undone."))


class WaiveForm(forms.Form):
    """Confirms that nobody needs the time to download data."""

    confirm = confirmed(_("Yes, erase it now. This cannot be undone."))


class SkipForm(forms.Form):
    """Confirms that the step a run is stuck at was done by hand."""

    step = forms.CharField(widget=forms.HiddenInput, max_length=100)
    confirm = confirmed(_("Yes, skip it: it was done by hand."))
