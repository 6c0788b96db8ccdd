"""Which orders wait, for whom, and which of them for too long."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from shop.orders.models import Order, State

# Above all tries of packing with the gaps between them: then something stands still.
LONG = timedelta(minutes=15)


@dataclass(frozen=True)
class Part:
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
STUCK = (Part(State.NEED_HUMAN), Part(State.HAS_PACKING_ERRORS))
STANDING_STILL = (Part(State.PACKING, None, LONG), Part(State.PENDING, True, LONG))
NEEDS_STAFF = (*STUCK, *STANDING_STILL)
# For details, for as long as it takes until we remind of them.
UNANSWERED = Part(State.PENDING, False, timedelta(days=settings.REMIND_AFTER_DAYS))
