"""Correct what an order says, while it can still be mended; its address until the member joins."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.email_change import is_taken, lock_order_rows, transfer_to_new_email
from shop.orders.models import Order, OrderEvent, State
from shop.orders.problems import Problem
from shop.tenancy.models import Client, Project, User
from shop.worker.wake_up import wake

# What staff may correct. Nobody else ever touches ids (contract, "Who is who").
CORRECTABLE = (
    "client_id",
    "client_name",
    "project_id",
    "project_name",
    "user_email",
    "user_first_name",
    "user_last_name",
    "user_login",
    "language",
)
STUCK = frozenset({State.HAS_PACKING_ERRORS, State.NEED_HUMAN})

# Sent inside the transaction of the change, with `order` and `previous`, the address before.
address_corrected = Signal()


def is_correctable(order: Order) -> bool:
    """Whether `correct` may do anything: the order is stuck, or misses details."""
    return order.state in STUCK or (order.state == State.PENDING and not order.complete)


def corrections_left(order: Order) -> int:
    """How often the e-mail address may still be corrected; ADDRESS_CORRECTIONS in all."""
    done: int = order.events.filter(kind=OrderEvent.Kind.ADDRESS).count()
    return max(0, settings.ADDRESS_CORRECTIONS - done)


def is_readdressable(order: Order) -> bool:
    """Whether the e-mail address may still change: nobody has joined, no worker is at it."""
    if not order.user_email or order.state in {State.NEW, State.PACKING, State.CANCELLED}:
        return False
    return not is_taken(order)


def check_corrections(
    order: Order, details: Mapping[str, Any], allowed: Collection[str] = CORRECTABLE
) -> dict[str, Any]:
    """Those of `details` that change something, checked by the rules of ordering.

    None takes a member back. Raises Refused with every fault, also for members not `allowed`, for
    what was delivered already, and for an address corrected too often.
    """
    changes = {name: value for name, value in details.items() if value != getattr(order, name)}
    if order.user_login and order.user_login == order.user_email and "user_email" in changes:
        # The wish was the address itself, and follows it.
        changes.setdefault("user_login", changes["user_email"])
    codes = {name: "not_correctable" for name in details if name in changes and name not in allowed}
    codes |= _check_delivered(order, "client", changes)
    codes |= _check_delivered(order, "project", changes)
    codes |= _check_address(order, changes)
    problems: list[Problem] = []
    document = {name: getattr(order, name) for name in CORRECTABLE} | changes
    try:
        check_document(
            {**document, "product": order.product.code},
            bought=order.product,
            client_admin=_who_answers(order),
        )
    except InvalidDocumentError as refusal:
        problems = [problem for problem in refusal.problems if problem.member not in codes]
    problems += [Problem(name, code) for name, code in codes.items()]
    if order.state != State.PENDING or order.complete:
        told = {problem.member for problem in problems}
        lacking = [name for name in _with(order, changes).missing if name not in told]
        problems += [Problem(name, "required") for name in lacking]
    if problems:
        raise InvalidDocumentError(problems)
    return changes


def correct(
    order: Order,
    details: Mapping[str, Any],
    *,
    allowed: Collection[str] = CORRECTABLE,
    actor: User | None,
) -> bool:
    """Change members of an order that is stuck or misses details; who was first wins.

    What was delivered already is renamed or handed over with it. The order stays in its state: to
    have it packed on is for `shop.packing.recovery`. False where somebody else was faster, or the
    order is past correcting; then nothing is written. Raises Refused as `check_corrections` does.
    """
    if not is_correctable(order):
        return False
    return _write(order, check_corrections(order, details, allowed), actor)


def readdress(order: Order, email: str, *, actor: User | None) -> bool:
    """Correct the e-mail address of an order until somebody has joined by it, packed or not.

    Links and codes sent so far end, the address before is told, the new one gets what it needs to
    go on. Who may do it is for the caller to say; the order's hash alone is never enough. False
    where somebody has joined, was faster, or a worker is at the order just now. Raises Refused for
    an address that breaks a rule or is one correction too many.
    """
    if not is_readdressable(order):
        return False
    changes = check_corrections(order, {"user_email": email}, {"user_email"})
    return _write(order, changes, actor)


def _write(order: Order, changes: dict[str, Any], actor: User | None) -> bool:
    if not changes:
        return True
    previous, was_complete = order.user_email, order.complete
    seen = Order.objects.filter(pk=order.pk, state=order.state, updated_at=order.updated_at)
    with transaction.atomic():
        if "user_email" in changes:
            lock_order_rows(order)
        complete = not _with(order, changes).missing
        won = bool(seen.update(**changes, complete=complete, updated_at=timezone.now()))
        if won:
            order.refresh_from_db()
            _rename(order, changes)
            won = "user_email" not in changes or transfer_to_new_email(order)
        if won:
            _record(order, changes, previous, actor)
            if complete and not was_complete and order.state == State.PENDING:
                wake("packing")
        transaction.set_rollback(not won)
    order.refresh_from_db()
    return won


def _record(
    order: Order, changes: Mapping[str, Any], previous: str | None, actor: User | None
) -> None:
    moved = "user_email" in changes and previous is not None
    # Which members, never what they hold: that is the order's to say, and to forget.
    if note := ", ".join(name for name in changes if not (moved and name == "user_email")):
        kind = OrderEvent.Kind.CORRECTED
        OrderEvent.objects.create(order=order, kind=kind, actor=actor, note=note)
    if moved:
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.ADDRESS, actor=actor)
    if "user_email" in changes:
        address_corrected.send(sender=Order, order=order, previous=previous)


def _who_answers(order: Order) -> User | None:
    """Whom the client must be administered by: who ordered, until it is delivered."""
    if order.state == State.PACKED and order.delivered_client:
        return order.delivered_client.client_admin
    return order.token_user


def _with(order: Order, changes: Mapping[str, Any]) -> Order:
    names = ("client_id", "client_name", "project_id", "project_name", "user_email")
    return Order(**{name: changes.get(name, getattr(order, name)) for name in names})


def _check_delivered(order: Order, kind: str, changes: Mapping[str, Any]) -> dict[str, str]:
    """Codes by member: what this order has delivered may be renamed, not replaced."""
    if not getattr(order, f"delivered_{kind}_id"):
        return {}
    number, name = f"{kind}_id", f"{kind}_name"
    replaced = [number] if number in changes else []
    if name in changes and not (getattr(order, name) and changes[name]):
        replaced.append(name)
    return dict.fromkeys(replaced, "delivered")


def _check_address(order: Order, changes: Mapping[str, Any]) -> dict[str, str]:
    if "user_email" not in changes or not order.user_email:
        return {}
    if not changes["user_email"]:
        return {"user_email": "required"}
    return {} if corrections_left(order) else {"user_email": "corrected_too_often"}


def _rename(order: Order, changes: Mapping[str, Any]) -> None:
    if changes.get("client_name") and order.delivered_client_id:
        Client.objects.filter(pk=order.delivered_client_id).update(name=changes["client_name"])
    if changes.get("project_name") and order.delivered_project_id:
        Project.objects.filter(pk=order.delivered_project_id).update(name=changes["project_name"])
