"""Corrections of an order while it is stuck, and of its e-mail address until the member joins."""

from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.dispatch import Signal

from shop.change_times import later_change
from shop.orders.cancellation import ActedBy
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.email_change import is_taken, lock_order_rows, transfer_to_new_email
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_billing import pass_on_billing
from shop.orders.order_fields import CORRECTABLE, PARTNERS_OWN
from shop.orders.problems import Problem
from shop.orders.search_index import reindex
from shop.orders.signals import order_corrected
from shop.tenancy.models import Client, Project, User
from shop.worker.wake_up import wake

STUCK = frozenset({State.HAS_PACKING_ERRORS, State.NEED_HUMAN})

# Sent in the transaction of the change, with `order` and the `previous` e-mail address.
address_corrected = Signal()


def is_correctable(order: Order) -> bool:
    """Tell whether `order` is stuck or misses details, so that `correct` applies."""
    return order.state in STUCK or (order.state == State.PENDING and not order.complete)


def corrections_left(order: Order) -> int:
    """Count the corrections of the e-mail address that are left of ADDRESS_CORRECTIONS."""
    done: int = order.events.filter(kind=OrderEvent.Kind.ADDRESS).count()
    return max(0, settings.ADDRESS_CORRECTIONS - done)


def is_readdressable(order: Order) -> bool:
    """Tell whether the e-mail address may change: nobody has joined and no worker is packing."""
    if not order.user_email or order.state in {State.NEW, State.PACKING, State.CANCELLED}:
        return False
    return not is_taken(order)


def check_corrections(
    order: Order, details: Mapping[str, Any], allowed: Collection[str] = CORRECTABLE
) -> dict[str, Any]:
    """Check `details` by the rules of ordering and return those that change something.

    None unsets a field. Raises InvalidDocumentError with every problem, including fields that are
    not `allowed` or delivered already, and an e-mail address corrected too often.
    """
    changes = {name: value for name, value in details.items() if value != getattr(order, name)}
    if order.user_login and order.user_login == order.user_email and "user_email" in changes:
        # The login wished for was the e-mail address itself, so it follows.
        changes.setdefault("user_login", changes["user_email"])
    codes = {name: "not_correctable" for name in details if name in changes and name not in allowed}
    codes |= _check_delivered(order, "client", changes)
    codes |= _check_delivered(order, "project", changes)
    codes |= _check_address(order, changes)
    problems: list[Problem] = []
    document = {name: getattr(order, name) for name in CORRECTABLE}
    document |= {**changes, "product": order.product.code}
    try:
        check_document(document, bought=order.product, client_admin=_who_answers(order))
    except InvalidDocumentError as refusal:
        problems = [problem for problem in refusal.problems if problem.member not in codes]
        if "project_id" not in changes:  # the order follows its project's tier
            problems = [problem for problem in problems if problem.code != "wrong_tier"]
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
    """Change fields of an order that is stuck or misses details, and what was delivered with it.

    Returns False, and writes nothing, if somebody else was faster or the order cannot be corrected
    any more. Raises as `check_corrections` does.
    """
    if not is_correctable(order):
        return False
    return write_changes(order, check_corrections(order, details, allowed), actor)


def readdress(order: Order, email: str, *, actor: User | None) -> bool:
    """Correct the e-mail address of an order, packed or not, until somebody has joined.

    Links and codes sent so far stop working. Callers check permission; the hash alone is never
    enough. Returns False if somebody has joined or was faster, or a worker is packing. Raises
    InvalidDocumentError.
    """
    if not is_readdressable(order):
        return False
    changes = check_corrections(order, {"user_email": email}, {"user_email"})
    return write_changes(order, changes, actor)


def write_changes(
    order: Order, changes: Mapping[str, Any], actor: User | None, *, by: ActedBy | None = None
) -> bool:
    """Write checked `changes` to `order`, and to what was delivered with it.

    Returns False, and writes nothing, if somebody else was faster; the partner's own alone are
    written all the same, as nobody decides by them.
    """
    if not changes:
        return True
    previous, was_complete = order.user_email, order.complete
    seen, written, complete = Order.objects.filter(pk=order.pk), dict(changes), was_complete
    with transaction.atomic():
        if "user_email" in changes:
            lock_order_rows(order)
            written["unreachable_since"] = None
        if changes.keys() - {*PARTNERS_OWN}:
            seen = seen.filter(state=order.state, updated_at=order.updated_at)
            complete = not _with(order, changes).missing
            written["complete"] = complete
        won = bool(seen.update(**written, updated_at=later_change()))
        if won:
            order.refresh_from_db()
            _rename(order, changes)
            won = "user_email" not in changes or transfer_to_new_email(order)
        if won:
            reindex(Order.objects.filter(pk=order.pk))
            _record(order, changes, previous, actor, {"by": by} if by else {})
            if complete and not was_complete and order.state == State.PENDING:
                wake("packing")
        transaction.set_rollback(not won)
    order.refresh_from_db()
    return won


def _record(
    order: Order,
    changes: Mapping[str, Any],
    previous: str | None,
    actor: User | None,
    told: Mapping[str, Any],
) -> None:
    moved = "user_email" in changes and previous is not None
    # Names of fields only: erasing the order then erases every value.
    if fields := [name for name in changes if not (moved and name == "user_email")]:
        kind = OrderEvent.Kind.CORRECTED
        details = {"fields": fields, **told}
        OrderEvent.objects.create(order=order, kind=kind, actor=actor, details=details)
    if moved:
        kind = OrderEvent.Kind.ADDRESS
        OrderEvent.objects.create(order=order, kind=kind, actor=actor, details=dict(told))
    if "user_email" in changes:
        address_corrected.send(sender=Order, order=order, previous=previous)
    if "billing" in changes:
        pass_on_billing(order)
    order_corrected.send(sender=Order, order=order)


def _who_answers(order: Order) -> User | None:
    """Return the user who must administer the client of the order: its buyer until delivery."""
    if order.state == State.PACKED and order.delivered_client:
        return order.delivered_client.client_admin
    return order.token_user


def _with(order: Order, changes: Mapping[str, Any]) -> Order:
    names = ("client_id", "client_name", "project_id", "project_name", "user_email")
    return Order(**{name: changes.get(name, getattr(order, name)) for name in names})


def _check_delivered(order: Order, kind: str, changes: Mapping[str, Any]) -> dict[str, str]:
    """Codes by field: what this order has delivered may be renamed, not replaced."""
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
    delivered: dict[str, Client | Project | None] = {
        "client_name": order.delivered_client,
        "project_name": order.delivered_project,
    }
    for name, row in delivered.items():
        if row and changes.get(name):
            row.name = changes[name]
            # Saved, not updated: other orders are found by this name, too.
            row.save(update_fields=["name"])
