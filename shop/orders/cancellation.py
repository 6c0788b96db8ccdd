"""Cancel an order that was placed and not delivered."""

from django.db import transaction

from shop.orders.models import Order, State
from shop.orders.states import TRANSITIONS, transition
from shop.tenancy.models import Invitation, Membership, User

# Not while a worker is at it, and not what was delivered.
CANCELLABLE = tuple(State(state) for state in TRANSITIONS if State.CANCELLED in TRANSITIONS[state])


def cancel(order: Order, staff: User, *, reason: str) -> bool:
    """Cancel `order`; the customer is told by mail, and reads `reason` there.

    The link to join that it may have made dies, and the place that it kept is free again. What
    else was delivered so far stays: it is known by the order's row. False where the order is not
    to be cancelled (any more).
    """
    if order.state not in CANCELLABLE:
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
