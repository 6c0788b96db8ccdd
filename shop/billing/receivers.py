"""Billing's answers to signals: subscriptions begin, and invoices that waited are looked at again."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from shop.billing.holds import WaitsFor, look_again
from shop.billing.models import Subscription
from shop.billing.subscriptions import begin_for
from shop.catalogue.seller import Seller
from shop.orders.models import Order, State
from shop.orders.states import state_changed
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.joining import member_joined
from shop.tenancy.models import Membership


@receiver(state_changed)
def begin_subscriptions(sender: type[Order], orders: Sequence[Order], **kwargs: Any) -> None:
    """Begin the subscriptions of orders that are packed now."""
    if orders[0].state == State.PACKED:
        begin_for(orders)


@receiver(member_joined)
def invoice_joined(sender: type[Membership], membership: Membership, **kwargs: Any) -> None:
    """Look again at what waited for the project's first member."""
    look_again(Q(waits_for=WaitsFor.MEMBER, project=membership.project_id))


@receiver(post_save, sender=BillingProfile)
def invoice_with_new_billing_data(
    sender: type[BillingProfile], instance: BillingProfile, **kwargs: Any
) -> None:
    """Look again at what waited for the client's billing data, or for VIES to know the old ones.

    What staff decided about the old VAT id counts no longer.
    """
    waits = Q(waits_for__in=(WaitsFor.BILLING, WaitsFor.VIES, WaitsFor.STAFF))
    changed = Subscription.objects.filter(
        waits | Q(vat_anyway_at__isnull=False), client=instance.pk
    )
    changed.update(waits_for="", waits_since=None, vat_anyway_at=None, vat_anyway_by=None)


@receiver(post_save, sender=Seller)
def invoice_of_complete_seller(sender: type[Seller], **kwargs: Any) -> None:
    """Look again at what waited for the seller."""
    look_again(Q(waits_for=WaitsFor.SELLER))
