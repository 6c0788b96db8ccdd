"""Changes to an order by the program that placed it: PATCH (contract, "Orders API").

Names, e-mail address and login may change as long as the order's page or staff could change them,
unset billing data may be filled in until it is cancelled, the partner's own always.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from shop.orders.cancellation import ActedBy
from shop.orders.corrections import (
    check_corrections,
    is_correctable,
    is_readdressable,
    write_changes,
)
from shop.orders.document import InvalidDocumentError, check_members
from shop.orders.models import Order, State
from shop.orders.order_billing import check_fill_in
from shop.orders.order_fields import CHANGEABLE, CORRECTED_BY_PROGRAM, FIELDS, PARTNERS_OWN
from shop.orders.problems import Problem
from shop.orders.serializers import serialize_order
from shop.packing.recovery import retry
from shop.tenancy.models import User

TRIES = 5  # others may change the order at the same moment
RELATED = ("product", "delivered_client", "delivered_project", "invitation", "token_user")


class WrongStateError(InvalidDocumentError):
    """The state of the order does not allow to change these fields any more, or just now."""


class ChangedMeanwhileError(Exception):
    """Others have changed the order at the same moment, again and again."""


def change_order(
    order: Order, raw: Mapping[str, Any], *, actor: User | None, problems: Iterable[Problem] = ()
) -> None:
    """Change the fields `raw` of `order`, all or none; None unsets one.

    A field that has the value already is no change, whatever the state. An order that has packing
    errors is packed again once it is corrected. Raises InvalidDocumentError with every problem,
    those included that the caller has found already, WrongStateError and ChangedMeanwhileError.
    """
    for _try in range(TRIES):
        seen = Order.objects.select_related(*RELATED).get(pk=order.pk)
        if _write(seen, _check(seen, raw, problems), actor):
            return
    raise ChangedMeanwhileError


def _write(order: Order, changes: dict[str, Any], actor: User | None) -> bool:
    """Write `changes`; False if somebody else was faster."""
    if not changes:
        return True
    corrected = not changes.keys().isdisjoint(CORRECTED_BY_PROGRAM)
    again = corrected and order.state == State.HAS_PACKING_ERRORS
    with transaction.atomic():
        won = write_changes(order, changes, actor, by=ActedBy.PROGRAM)
        won = won and (not again or retry(order, actor))
        transaction.set_rollback(not won)
    return won


def _check(order: Order, raw: Mapping[str, Any], found: Iterable[Problem]) -> dict[str, Any]:
    """Return what `raw` changes, as it is stored. Raises as `change_order` does."""
    given, problems = _changed(order, raw)
    problems = [*found, *problems]
    problems += check_members({**given, "product": order.product.code})[1]
    late = [name for name in given if _is_too_late(order, name)]
    changes: dict[str, Any] = {name: given[name] for name in PARTNERS_OWN if name in given}
    for check in (_corrected, _filled_in):
        try:
            changes |= check(order, {name: given[name] for name in given if name not in late})
        except InvalidDocumentError as refusal:
            problems += [each for each in refusal.problems if each not in problems]
    if problems:
        raise InvalidDocumentError(problems)
    if late:
        raise WrongStateError(Problem(name, "wrong_state") for name in late)
    return changes


def _changed(order: Order, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return those of `raw` that differ and may be changed, and what is wrong with the others."""
    shown, given, problems = serialize_order(order, ""), {}, []
    for name, value in raw.items():
        if name in FIELDS and _is_same(shown[name], value):
            continue
        if name in FIELDS and name not in CHANGEABLE:
            problems.append(Problem(name, "not_correctable"))
        else:
            given[name] = value
    return given, problems


def _is_same(shown: Any, sent: Any) -> bool:
    if isinstance(shown, dict) and isinstance(sent, dict):
        # Of billing data, null is absent.
        return shown == {**dict.fromkeys(key for key in shown if shown[key] is None), **sent}
    return type(shown) is type(sent) and bool(shown == sent)


def _is_too_late(order: Order, name: str) -> bool:
    if name == "user_email":
        return not (is_correctable(order) or is_readdressable(order))
    if name == "billing":
        return order.state == State.CANCELLED
    return name in CORRECTED_BY_PROGRAM and not is_correctable(order)


def _corrected(order: Order, given: Mapping[str, Any]) -> dict[str, Any]:
    details = {name: given[name] for name in CORRECTED_BY_PROGRAM if name in given}
    return check_corrections(order, details, details) if details else {}


def _filled_in(order: Order, given: Mapping[str, Any]) -> dict[str, Any]:
    return {"billing": check_fill_in(order, given["billing"])} if "billing" in given else {}
