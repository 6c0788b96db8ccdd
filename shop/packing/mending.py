"""What staff do with an order that is stuck."""

from django.db import transaction
from django.utils import timezone

from shop.orders.models import Order, OrderEvent, State
from shop.orders.states import move
from shop.packing import steps
from shop.packing.models import Packing, StepRecord
from shop.packing.outcomes import Mend, NeedsHuman
from shop.tenancy.models import Project, User


def retry(order: Order, staff: User) -> bool:
    """Have the worker try again at once, with its tries counted anew.

    False where the order is not stuck (any more).
    """
    return _send_back(order, staff)


def approve(order: Order, staff: User) -> bool:
    """Let an order through that a person must allow; it is asked for once.

    False where the order does not wait for a person (any more).
    """
    if order.state != State.NEED_HUMAN:
        return False
    with transaction.atomic():
        if not _send_back(order, staff, approved_at=timezone.now(), approved_by=staff):
            return False
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.APPROVED, actor=staff)
    return True


def done_by_hand(order: Order, project: Project, staff: User, *, note: str) -> bool:
    """Write down that staff have delivered `project` themselves; the invitation goes out.

    False where the order does not wait for a person (any more), or no member can be invited.
    """
    if order.state != State.NEED_HUMAN:
        return False
    order.delivered_client, order.delivered_project = project.client, project
    try:
        with transaction.atomic():
            # Staff have decided: the number of members was theirs to look at.
            order.approved_at, order.approved_by = timezone.now(), staff
            steps.member(order)
            steps.invitation(order)
            for name in ("client", "project", "member", "invitation"):
                StepRecord.objects.get_or_create(order=order, name=name)
            changes = {
                name: getattr(order, name)
                for name in ("delivered_client", "delivered_project", "approved_at", "approved_by")
            }
            if not move(order, State.PACKED, actor=staff, note=note, **changes):
                raise _TooLate
            OrderEvent.objects.create(
                order=order, kind=OrderEvent.Kind.BY_HAND, actor=staff, note=note
            )
    except (Mend, NeedsHuman, _TooLate):
        order.refresh_from_db()
        return False
    return True


class _TooLate(Exception):
    """Undoes what was written: somebody else has moved the order."""


def _send_back(order: Order, staff: User, **changes: object) -> bool:
    if order.state not in {State.NEED_HUMAN, State.HAS_PACKING_ERRORS}:
        return False
    with transaction.atomic():
        if not move(order, State.PENDING, actor=staff, **changes):
            return False
        Packing.objects.filter(order=order).update(attempts=0, next_try=None)
    return True
