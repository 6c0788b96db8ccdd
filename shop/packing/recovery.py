"""Recovery of orders that are stuck, by staff or by the customer.

`retry` goes on behind the recorded steps: what they wrote is never written twice. Only a step that
calls another system may be called again (`retry_from`), under the same idempotency key. Where local
steps wrote something wrong, `mark_packed` names what was delivered instead.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from shop.orders.corrections import STUCK, correct
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_fields import CORRECTABLE
from shop.orders.states import transition
from shop.packing import steps
from shop.packing.models import Packing, StepRecord
from shop.packing.step_names import configured_steps
from shop.tenancy.models import Membership, Project, User
from shop.worker.wake_up import wake


def retry(order: Order, actor: User | None, **changes: Any) -> bool:
    """Have the worker try again at once, with the attempts counted from zero.

    `changes` are written with the transition. False where the order is not stuck (any more).
    """
    if order.state not in STUCK:
        return False
    with transaction.atomic():
        if not transition(order, State.PENDING, actor=actor, **changes):
            return False
        Packing.objects.filter(order=order).update(attempts=0, next_attempt_at=None)
    return True


def retry_now(order: Order, staff: User) -> bool:
    """Make a waiting retry due at once, counted from zero; False where none waits (any more)."""
    with transaction.atomic():
        # No join: PostgreSQL rechecks only the updated row itself after waiting for a lock.
        pending = Order.objects.filter(pk=OuterRef("pk"), state=State.PENDING)
        waiting = Packing.objects.filter(
            Exists(pending), pk=order.pk, next_attempt_at__gt=timezone.now()
        )
        if not waiting.update(attempts=0, next_attempt_at=None):
            return False
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.HURRIED, actor=staff)
        wake("packing")
    return True


def rerunnable_steps(order: Order) -> list[str]:
    """The names of the steps done that call another system, in order; see `retry_from`."""
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    return [step.name for step in configured_steps() if step.calls_out and step.name in done]


def retry_from(order: Order, name: str, staff: User) -> bool:
    """Have the worker try again, and call other systems again from the step `name` on.

    False where the order is not stuck (any more), or `name` is not in `rerunnable_steps`.
    """
    names = rerunnable_steps(order)
    if name not in names:
        return False
    again = names[names.index(name) :]
    with transaction.atomic():
        if not retry(order, staff):
            return False
        StepRecord.objects.filter(order=order, name__in=again).delete()
        OrderEvent.objects.create(
            order=order, kind=OrderEvent.Kind.STEPS_AGAIN, actor=staff, details={"steps": again}
        )
    return True


def correct_and_retry(
    order: Order,
    details: Mapping[str, Any],
    *,
    allowed: Collection[str] = CORRECTABLE,
    actor: User | None,
) -> bool:
    """Correct a stuck order and have packing go on: both, or neither.

    False where the order is not stuck (any more) or somebody was faster. Raises
    InvalidDocumentError as `shop.orders.corrections.correct` does.
    """
    if order.state not in STUCK:
        return False
    with transaction.atomic():
        mended = correct(order, details, allowed=allowed, actor=actor) and retry(order, actor)
        transaction.set_rollback(not mended)
    return mended


def approve(order: Order, staff: User) -> bool:
    """Approve an order that waits for a person; False where it does not wait (any more).

    The approval counts for the code for which the order waits: see `approvals.is_approved`.
    """
    if order.state != State.NEED_HUMAN:
        return False
    code = order.fault
    with transaction.atomic():
        if not retry(order, staff, approved_at=timezone.now(), approved_by=staff):
            return False
        OrderEvent.objects.create(
            order=order, kind=OrderEvent.Kind.APPROVED, actor=staff, fault=code
        )
    return True


def mark_packed(order: Order, project: Project, staff: User, *, note: str) -> bool:
    """Record that staff have delivered `project` themselves, and send the invitation.

    False where the order does not wait for a person (any more). Raises NeedsCorrection where
    there is nobody to invite.
    """
    if order.state != State.NEED_HUMAN:
        return False
    given_up = order.delivered_project_id
    order.delivered_client, order.delivered_project = project.client, project
    # An approval: staff decide whether the project has room for one more.
    order.approved_at, order.approved_by = timezone.now(), staff
    decided = (
        *("delivered_client", "delivered_project", "member", "invitation"),
        *("approved_at", "approved_by"),
    )
    with transaction.atomic():
        steps.member(order)
        steps.invitation(order)
        # The seat that packing reserved in its own project before it got stuck.
        Membership.objects.filter(
            user=order.member_id, project=given_up, joined_at=None, invitations=None
        ).delete()
        for name in ("client", "project", "member", "invitation"):
            StepRecord.objects.get_or_create(order=order, name=name)
        changes = {name: getattr(order, name) for name in decided}
        won = transition(order, State.PACKED, actor=staff, note=note, **changes)
        # Somebody else was faster: the new invitation must not stay.
        transaction.set_rollback(not won)
    return won
