"""Which orders wait, for whom, and which of them for too long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from shop.orders.models import Order, State

# Above all tries of packing with the gaps between them: then something stands still.
TOO_LONG = timedelta(minutes=15)


@dataclass(frozen=True)
class OrderSlice:
    """Orders of one state, or some of them: what one index lists by age."""

    state: State
    complete: bool | None = None
    longer_than: timedelta | None = None

    def where(self, now: datetime, state: str = "state") -> Q:
        """The condition; `state` is what the state is called in the query."""
        condition = Q(**{state: self.state})
        if self.complete is not None:
            condition &= Q(complete=self.complete)
        if self.longer_than is not None:
            condition &= Q(updated_at__lte=now - self.longer_than)
        return condition

    def holds(self, order: Order, now: datetime) -> bool:
        """Whether `order` is one of them."""
        return (
            order.state == self.state
            and self.complete in {None, order.complete}
            and (self.longer_than is None or order.updated_at <= now - self.longer_than)
        )


# What a person of staff must see to.
STUCK = (OrderSlice(State.NEED_HUMAN), OrderSlice(State.HAS_PACKING_ERRORS))
STALLED = (OrderSlice(State.PACKING, None, TOO_LONG), OrderSlice(State.PENDING, True, TOO_LONG))
NEEDS_STAFF = (*STUCK, *STALLED)
# For details, for as long as it takes until we remind of them.
UNANSWERED = OrderSlice(State.PENDING, False, timedelta(days=settings.REMIND_AFTER_DAYS))
