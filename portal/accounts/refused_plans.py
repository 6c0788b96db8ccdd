"""The pages on which a client_admin can mend what keeps them from changing a plan."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.billing.change_refusals import NoChangeError
from shop.billing.models import Subscription


@dataclass(frozen=True)
class Refusal:
    """The reason for which a plan cannot be had, and a link to what mends it."""

    text: str
    label: str
    url: str


def refusal_of(error: NoChangeError, subscription: Subscription) -> Refusal:
    """Return the words for why a subscription cannot be changed so."""
    match error.code:
        case "no_place" | "member":
            label, page, pk = _("See the members"), "portal_project", subscription.project_id
        case "billing" | "vies" | "staff":
            label, page, pk = _("Billing details"), "portal_billing", subscription.client_id
        case "same" | "interval" | "currency" | "retired":
            label, page, pk = _("Other plans"), "portal_change_tier", subscription.pk
        case _:
            label, page, pk = _("To the contract"), "portal_subscription", subscription.pk
    return Refusal(error.text, label, reverse(page, args=[pk]))
