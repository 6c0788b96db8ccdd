"""Billing's answers to signals: subscriptions begin, and invoices that waited are looked at again."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from shop.billing.contract_end import still_needed
from shop.billing.holds import WaitsFor, billing_changed, look_again, release_joined
from shop.billing.models import Invoice
from shop.billing.rest_credits import credit_rest
from shop.billing.signals import invoice_issued, subscription_event
from shop.billing.subscriptions import begin_for
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.catalogue.seller import Seller, VatRate
from shop.change_times import later_change
from shop.orders.models import Order, State
from shop.orders.order_billing import billing_given
from shop.orders.states import state_changed
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.joining import member_joined
from shop.tenancy.models import Client, Membership
from shop.tenancy.signals import client_needed, vat_id_answered
from shop.tenancy.vat_id_check import VatIdCheck

# Of a subscription, what programs are shown as a part of its order.
Kind = SubscriptionEvent.Kind
SHOWN = frozenset({Kind.CANCELLED, Kind.TAKEN_BACK, Kind.WITHDRAWN, Kind.ENDED})


@receiver(subscription_event)
def change_order(sender: type[SubscriptionEvent], event: SubscriptionEvent, **kwargs: Any) -> None:
    """Have the order of a subscription count as changed, where programs see the change in it."""
    if event.kind in SHOWN:
        order = Order.objects.filter(subscription=event.subscription)
        order.update(updated_at=later_change())


@receiver(state_changed)
def begin_subscriptions(sender: type[Order], orders: Sequence[Order], **kwargs: Any) -> None:
    """Begin the subscriptions of orders that are packed now."""
    if orders[0].state == State.PACKED:
        begin_for(orders)


@receiver(member_joined)
def invoice_joined(sender: type[Membership], membership: Membership, **kwargs: Any) -> None:
    """Have invoiced what waited for the project's first member."""
    release_joined(membership.project_id)


@receiver(post_save, sender=BillingProfile)
def invoice_with_changed_billing_data(
    sender: type[BillingProfile], instance: BillingProfile, **kwargs: Any
) -> None:
    """Look again at what waited for the client's billing data, or for VIES to know the old ones."""
    billing_changed(instance.pk)


@receiver(billing_given)
def invoice_with_given_billing_data(sender: type[Order], order: Order, **kwargs: Any) -> None:
    """The same once they are filled in after packing, which sends no signal of the profile."""
    if order.delivered_client_id:
        billing_changed(order.delivered_client_id)


@receiver(vat_id_answered)
def invoice_with_answer(sender: type[VatIdCheck], check: VatIdCheck, **kwargs: Any) -> None:
    """Look again at what waited for VIES to answer about this VAT id."""
    kinds = (WaitsFor.VIES, WaitsFor.STAFF)
    look_again(Q(waits_for__in=kinds, client__billing_profile__vat_id=check.vat_id))


@receiver(post_save, sender=Seller)
@receiver(post_save, sender=VatRate)
def invoice_of_complete_seller(sender: type[Seller | VatRate], **kwargs: Any) -> None:
    """Look again at what waited for the seller, or for a rate that was missing."""
    look_again(Q(waits_for=WaitsFor.SELLER))


@receiver(invoice_issued)
def credit_days_after_the_end(sender: type[Invoice], invoice: Invoice, **kwargs: Any) -> None:
    """Credit at once what an invoice that has waited charges for days after the contract's end."""
    if invoice.kind == Invoice.Kind.INVOICE and invoice.subscription.ended_at:
        credit_rest(invoice.subscription)


@receiver(client_needed)
def tell_need_of_client_admin(sender: type[Client], client: Client, **kwargs: Any) -> list[str]:
    """Return why billing keeps a client from being without a client_admin."""
    return still_needed(client)
