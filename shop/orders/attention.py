"""Groups of orders by what they wait for, and which of them have waited too long."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from shop.compiled_queries import Parameter
from shop.orders.models import PLACED_STATES, State
from shop.orders.states import TRANSITIONS

# Longer than all attempts at packing with the gaps between them: something is stuck.
TOO_LONG = timedelta(minutes=15)


@dataclass(frozen=True)
class OrderSlice:
    """Orders of one state (None: of any), or some of them, which one index lists by age."""

    state: State | None
    complete: bool | None = None
    longer_than: timedelta | None = None
    except_fault: str = ""
    unreachable: bool | None = None

    def where(self, now: datetime | Parameter | None = None, state: str = "state") -> Q:
        """Return the condition; `state` is the name of the state's column in the query."""
        condition = Q() if self.state is None else Q(**{state: self.state})
        if self.unreachable:
            # Up to now, so that SQLite seeks in the index that holds only these.
            until = now or timezone.now()
            condition &= Q(unreachable_since__isnull=False, unreachable_since__lte=until)
        elif self.unreachable is False:
            condition &= Q(unreachable_since=None)
        if self.complete is not None:
            condition &= Q(complete=self.complete)
        if self.longer_than is not None:
            condition &= Q(updated_at__lte=(now or timezone.now()) - self.longer_than)
        if self.except_fault:
            condition &= ~Q(fault=self.except_fault)
        return condition

    def holds(self, order: Any, now: datetime | None = None) -> bool:
        """Return whether `order`, or a row with its columns, belongs to the slice."""
        age = self.longer_than
        return (
            self.state in {None, order.state}
            and self.unreachable in {None, order.unreachable_since is not None}
            and self.complete in {None, order.complete}
            and not (self.except_fault and order.fault == self.except_fault)
            and (not age or order.updated_at <= (now or timezone.now()) - age)
        )


def where_any(slices: Iterable[OrderSlice], now: datetime | None = None) -> Q:
    """Return the condition for orders of any of `slices`; ages count up to `now`, if given."""
    return reduce(or_, [each.where(now) for each in slices])


def any_holds(slices: Iterable[OrderSlice], order: Any, now: datetime | None = None) -> bool:
    """Return whether `order`, or a row with its columns, belongs to any of `slices`.

    Ages count up to `now`, if given.
    """
    return any(each.holds(order, now) for each in slices)


# What staff must look at.
STUCK = (OrderSlice(State.NEED_HUMAN), OrderSlice(State.HAS_PACKING_ERRORS))
STALLED = (OrderSlice(State.PACKING, None, TOO_LONG), OrderSlice(State.PENDING, True, TOO_LONG))
# Our mails do not reach the customer. An order may be stuck besides, but is listed once.
UNREACHABLE = OrderSlice(None, unreachable=True)
NEEDS_STAFF = (
    *(replace(part, unreachable=False) for part in (*STUCK, *STALLED)),
    UNREACHABLE,
)
# Without details for as long as it takes until we send a reminder.
UNANSWERED = OrderSlice(State.PENDING, False, timedelta(days=settings.REMIND_AFTER_DAYS))

# What staff can do to them. An order that waits for approval would only come back from a retry.
RETRYABLE = (
    OrderSlice(State.NEED_HUMAN, except_fault="manual_tier"),
    OrderSlice(State.HAS_PACKING_ERRORS),
)
APPROVABLE = (OrderSlice(State.NEED_HUMAN),)
CANCELLABLE = tuple(OrderSlice(state) for state, to in TRANSITIONS.items() if State.CANCELLED in to)
PLACED = tuple(OrderSlice(state) for state in PLACED_STATES)
