"""Cancel orders that were placed and not delivered: by hand, or because they stay incomplete."""

from collections.abc import Callable
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from shop.change_times import later_change
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_fields import ERASED_AT_EXPIRY
from shop.orders.signals import orders_emptied
from shop.orders.states import TRANSITIONS, transition
from shop.tenancy.models import Invitation, Membership, User
from shop.worker.row_failures import RowFailures

EXPIRED = _(
    "Details of your order were missing for too long. We have cancelled it "
    "and deleted what you told us."
)


TRIES = 5  # an order that waits is looked at by the worker now and then


class ActedBy(StrEnum):
    """The one who cancelled or changed an order, as its history keeps it in `details["by"]`."""

    STAFF = "staff"
    CUSTOMER = "customer"
    PROGRAM = "program"


def cancellation_of(order: Order) -> OrderEvent | None:
    """Return the event by which `order` was cancelled, or None."""
    events = order.events.all()
    return next((event for event in events if event.state == State.CANCELLED), None)


def cancelled_by(order: Order) -> ActedBy | None:
    """Return who cancelled `order`; None if it lapsed, or is not cancelled."""
    event = cancellation_of(order)
    if event is None:
        return None
    if "by" in event.details:
        return ActedBy(event.details["by"])
    # Events of the version before name staff alone.
    return ActedBy.STAFF if event.actor_id or event.note else None


def cancellation_reason(order: Order) -> str:
    """Return why `order` was cancelled, as the customer may read it; or ""."""
    event = cancellation_of(order)
    if event and event.note:
        return event.note
    lapsed = not order.complete and cancelled_by(order) is None
    return str(capfirst(EXPIRED)) if lapsed else ""


def is_cancellable(order: Order) -> bool:
    """Tell whether `order` can be cancelled in the state it was loaded with."""
    return State.CANCELLED in TRANSITIONS[State(order.state)]


def cancel(
    order: Order, actor: User | None, *, reason: str = "", by: ActedBy = ActedBy.STAFF
) -> bool:
    """Cancel `order`; the customer reads `reason` in the mail that tells them.

    An unused invitation of the order is deleted and the seat it reserved is free again; anything
    else delivered so far stays. Returns False if the order is delivered or being packed.
    """
    if not is_cancellable(order):
        return False
    with transaction.atomic():
        over: dict[str, Any] = {"follow_up_on": None, "unreachable_since": None}
        told: dict[str, Any] = {"actor": actor, "note": reason, "details": {"by": by}}
        if not transition(order, State.CANCELLED, **told, **over):
            return False
        Invitation.objects.filter(order=order, used_at=None).delete()
        reserved = Membership.objects.filter(joined_at=None, invitations=None)
        reserved.filter(user=order.member_id, project=order.delivered_project_id).delete()
    return True


def cancel_in_any_state(order: Order, actor: User | None, *, reason: str = "", by: ActedBy) -> bool:
    """Cancel `order` although its state may have changed since it was loaded.

    Returns False if it is delivered, cancelled or being packed by now; `order` is as it is now.
    """
    for _try in range(TRIES):
        if cancel(order, actor, reason=reason, by=by):
            return True
        order.refresh_from_db(fields=["state", "updated_at"])
        if not is_cancellable(order):
            return False
    return False


def expire_incomplete(beat: Callable[[], None]) -> None:
    """Cancel and empty orders incomplete after CANCEL_AFTER_DAYS (contract, "Orders API").

    Calls `beat` between two orders. Raises RowsFailedError once all had their turn.
    """
    nothing: dict[str, Any] = dict.fromkeys(ERASED_AT_EXPIRY)
    before = timezone.now() - timedelta(days=settings.CANCEL_AFTER_DAYS)
    lapsed = Order.objects.filter(state=State.PENDING, complete=False, created_at__lt=before)
    failures = RowFailures()
    for order in lapsed.iterator():
        beat()
        failure = failures.logged("%s is incomplete and could not be cancelled.", order)
        with failure, transaction.atomic():
            # Locked first: completing the order at this moment wins or finds it cancelled.
            still = Order.objects.filter(pk=order.pk, complete=False)
            if not still.update(updated_at=later_change()):
                continue
            if transition(order, State.CANCELLED, **nothing, unreachable_since=None):
                orders_emptied.send(sender=Order, orders=[order.pk])
    failures.tell()
