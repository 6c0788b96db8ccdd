"""Cancel orders that were placed and not delivered: by hand, or because they stay incomplete."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from shop.orders.models import Order, State
from shop.orders.order_fields import ERASED_AT_EXPIRY
from shop.orders.states import TRANSITIONS, transition
from shop.tenancy.models import Invitation, Membership, User

EXPIRED = _(
    "Details of your order were missing for too long. We have cancelled it "
    "and deleted what you told us."
)


def cancellation_reason(order: Order) -> str:
    """Return why `order` was cancelled, as the customer may read it; or ""."""
    events = order.events.all()
    given = next((event.note for event in events if event.state == State.CANCELLED), "")
    return given or ("" if order.complete else str(capfirst(EXPIRED)))


def cancel(order: Order, staff: User, *, reason: str) -> bool:
    """Cancel `order`; the customer reads `reason` in the mail that tells them.

    An unused invitation of the order is deleted and the seat it reserved is free again; anything
    else delivered so far stays. Returns False if the order is delivered or being packed.
    """
    if State.CANCELLED not in TRANSITIONS[State(order.state)]:
        return False
    with transaction.atomic():
        over: dict[str, Any] = {"follow_up_on": None, "unreachable_since": None}
        if not transition(order, State.CANCELLED, actor=staff, note=reason, **over):
            return False
        Invitation.objects.filter(order=order, used_at=None).delete()
        reserved = Membership.objects.filter(joined_at=None, invitations=None)
        reserved.filter(user=order.member_id, project=order.delivered_project_id).delete()
    return True


def expire_incomplete(beat: Callable[[], None]) -> None:
    """Cancel and empty orders incomplete after CANCEL_AFTER_DAYS (contract, "Orders API").

    Calls `beat` between two orders.
    """
    nothing: dict[str, Any] = dict.fromkeys(ERASED_AT_EXPIRY)
    before = timezone.now() - timedelta(days=settings.CANCEL_AFTER_DAYS)
    lapsed = Order.objects.filter(state=State.PENDING, complete=False, created_at__lt=before)
    for order in lapsed.iterator():
        beat()
        with transaction.atomic():
            # Locked first: completing the order at this moment wins or finds it cancelled.
            if Order.objects.filter(pk=order.pk, complete=False).update(updated_at=timezone.now()):
                transition(order, State.CANCELLED, **nothing, unreachable_since=None)
