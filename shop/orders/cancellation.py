"""Cancel an order that was placed and not delivered."""

from django.db import transaction

from shop.orders.models import Order, State
from shop.orders.states import TRANSITIONS, transition
from shop.tenancy.models import Invitation, Membership, User


def cancel(order: Order, staff: User, *, reason: str) -> bool:
    """Cancel `order`; the customer reads `reason` in the mail that tells them.

    An unused invitation of the order is deleted and the seat it reserved is free again. Anything
    else delivered so far stays and is found through the order. Returns False if the order cannot
    be cancelled (any more): it is delivered, or a worker is packing it.
    """
    if State.CANCELLED not in TRANSITIONS[State(order.state)]:
        return False
    with transaction.atomic():
        if not transition(order, State.CANCELLED, actor=staff, note=reason, follow_up_on=None):
            return False
        Invitation.objects.filter(order=order, used_at=None).delete()
        Membership.objects.filter(
            user=order.member_id,
            project=order.delivered_project_id,
            joined_at=None,
            invitations=None,
        ).delete()
    return True
