"""What is done with an order that is stuck: by staff, or by whoever ordered.

A step that is recorded is done, and `retry` goes on behind it: what it wrote is never written
twice. The one exception is a step that calls another system. It hands the same idempotency key on
each time, so that the other system knows it again; `retry_from` may have it called once more. What
a step wrote into our own database (each shipped step, and own ones that do not call) stays, and its
record with it; where that is wrong, `done_by_hand` names what is right.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.module_loading import import_string

from shop.orders.corrections import STUCK, correct
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_members import CORRECTABLE
from shop.orders.states import transition
from shop.packing import steps
from shop.packing.models import Packing, StepRecord
from shop.packing.runner import calls_out
from shop.packing.step_names import step_name
from shop.tenancy.models import Membership, Project, User
from shop.worker.wake_up import wake


def retry(order: Order, actor: User | None, **changes: Any) -> bool:
    """Have the worker try again at once, with its attempts counted anew.

    `changes` are written with the move. False where the order is not stuck (any more).
    """
    if order.state not in STUCK:
        return False
    with transaction.atomic():
        if not transition(order, State.PENDING, actor=actor, **changes):
            return False
        Packing.objects.filter(order=order).update(attempts=0, next_try=None)
    return True


def retry_now(order: Order, staff: User) -> bool:
    """Have the worker try at once what waits for its next try, its attempts counted anew.

    False where it does not wait (any more).
    """
    with transaction.atomic():
        # No join: PostgreSQL looks again at the row itself once another has let go of it.
        pending = Order.objects.filter(pk=OuterRef("pk"), state=State.PENDING)
        waiting = Packing.objects.filter(Exists(pending), pk=order.pk, next_try__gt=timezone.now())
        if not waiting.update(attempts=0, next_try=None):
            return False
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.HURRIED, actor=staff)
        wake("packing")
    return True


def rerunnable_steps(order: Order) -> list[str]:
    """The names of the steps done that call another system, in order: `retry_from` takes these."""
    calling = [step_name(path) for path in settings.PACKING_STEPS if calls_out(import_string(path))]
    done = set(StepRecord.objects.filter(order=order).values_list("name", flat=True))
    return [name for name in calling if name in done]


def retry_from(order: Order, name: str, staff: User) -> bool:
    """Have the worker try again, and call other systems again from the step `name` on.

    False where the order is not stuck (any more), or `name` is not one of `callable_again`.
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
            order=order, kind=OrderEvent.Kind.STEPS_AGAIN, actor=staff, note=", ".join(again)
        )
    return True


def correct_and_retry(
    order: Order,
    details: Mapping[str, Any],
    *,
    allowed: Collection[str] = CORRECTABLE,
    actor: User | None,
) -> bool:
    """Correct a stuck order and have it packed on: both, or neither.

    False where the order is not stuck (any more) or somebody was faster. Raises Refused as
    `shop.orders.corrections.correct` does.
    """
    if order.state not in STUCK:
        return False
    with transaction.atomic():
        mended = correct(order, details, allowed=allowed, actor=actor) and retry(order, actor)
        transaction.set_rollback(not mended)
    return mended


def approve(order: Order, staff: User) -> bool:
    """Let an order through that a person must allow; it is asked for once.

    False where the order does not wait for a person (any more).
    """
    if order.state != State.NEED_HUMAN:
        return False
    with transaction.atomic():
        if not retry(order, staff, approved_at=timezone.now(), approved_by=staff):
            return False
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.APPROVED, actor=staff)
    return True


def mark_packed(order: Order, project: Project, staff: User, *, note: str) -> bool:
    """Write down that staff have delivered `project` themselves; the invitation goes out.

    False where the order does not wait for a person (any more). Raises Mend where there is nobody
    to invite.
    """
    if order.state != State.NEED_HUMAN:
        return False
    given_up = order.delivered_project_id
    order.delivered_client, order.delivered_project = project.client, project
    # Staff have decided; how many members there are was theirs to look at.
    order.approved_at, order.approved_by = timezone.now(), staff
    decided = ("delivered_client", "delivered_project", "approved_at", "approved_by")
    with transaction.atomic():
        steps.member(order)
        steps.invitation(order)
        # The place that packing kept in a project of its own, before it got stuck.
        Membership.objects.filter(
            user=order.member_id, project=given_up, joined_at=None, invitations=None
        ).delete()
        for name in ("client", "project", "member", "invitation"):
            StepRecord.objects.get_or_create(order=order, name=name)
        changes = {name: getattr(order, name) for name in decided}
        won = transition(order, State.PACKED, actor=staff, note=note, **changes)
        # Somebody else was faster: the invitation just made must not stay.
        transaction.set_rollback(not won)
    return won
