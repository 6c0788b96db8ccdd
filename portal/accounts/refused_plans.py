"""The reasons why a plan cannot be changed, and the page on which that can be mended."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.billing.models import Subscription
from shop.billing.tier_changes import NoChangeError


@dataclass(frozen=True)
class Refusal:
    """A sentence, and a link to what mends it."""

    text: str
    label: str = ""
    url: str = ""


def refusal_of(error: NoChangeError, subscription: Subscription) -> Refusal:
    """Return the words for why a subscription cannot be changed so."""
    contract = (_("To the contract"), reverse("portal_subscription", args=[subscription.pk]))
    plans = (_("Other plans"), reverse("portal_change_tier", args=[subscription.pk]))
    members = (_("Members"), reverse("portal_project", args=[subscription.project_id]))
    billing = (_("Billing details"), reverse("portal_billing", args=[subscription.client_id]))
    found = {
        "same": (_("This is the plan you have."), *plans),
        "cancelled": (
            _("This contract is cancelled. Undo the cancellation first, then change the plan."),
            *contract,
        ),
        "ended": (_("This contract has ended."), _("To the plans"), reverse("tiers")),
        "under_way": (
            _("Another change is planned or waits for our check. Undo that one first."),
            *contract,
        ),
        "no_place": (_does_not_fit(error), *members),
        "interval": (_("This plan is not sold by the year."), *plans),
        "currency": (_("This plan is sold in another currency."), *plans),
        "billing": (
            _("We do not know yet whom to bill. Please fill in the billing details first."),
            *billing,
        ),
        "vies": (
            _("We are still checking your VAT ID. Please try again in a few minutes."),
            *billing,
        ),
        "staff": (
            _("We could not confirm your VAT ID. We look at it and write to you."),
            *billing,
        ),
        "member": (
            _("The first invoice comes once somebody has joined. Then you can change the plan."),
            *members,
        ),
    }
    other = (_("Changing is not possible right now. Please try again later."), *contract)
    return Refusal(*found.get(error.code, other))


def _does_not_fit(error: NoChangeError) -> str:
    text = ngettext(
        "You have %(members)s members; this plan has room for %(places)s.",
        "You have %(members)s members; this plan has room for %(places)s.",
        error.places,
    )
    return text % {"members": error.members, "places": error.places}
