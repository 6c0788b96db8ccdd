"""The queries of the list of orders, compiled once for each set of filters."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Func, IntegerField, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shop.api.placed_orders import placed_by
from shop.billing.shown_subscriptions import OF_ORDER
from shop.catalogue.models import Product
from shop.compiled_queries import CompiledQuery, Parameter
from shop.orders.cursors import sorted_after
from shop.orders.models import Order, State
from shop.orders.order_counts import counts_of
from shop.orders.serializers import SERIALIZED

# What a partner can ask for differs in a few ways; queries that nobody repeats make room.
KEPT = 300
# Few orders have the same of these, so the database begins with them.
NARROW = frozenset({"reference", "user_email", "client_id"})
# By how much the clocks of two processes may differ.
SKEW = timedelta(hours=1)
# The columns of filters that ask for one value.
COLUMNS = {
    "created_after": "created_at__gt",
    "updated_after": "updated_at__gt",
    "reference": "reference",
    "user_email": "canonical_email",
}


@dataclass(frozen=True)
class Kind:
    """Lists that differ in their values alone: whose orders, sorted how, the names of the filters.

    `states` and `hashes` are the numbers of states and order hashes that are asked for.
    """

    of_application: bool
    of_user: bool
    filters: frozenset[str]
    states: int = 0
    hashes: int = 0
    column: str = "created_at"  # by which the list is sorted
    has_end: bool = False  # only changes before a moment are listed

    @property
    def is_merged(self) -> bool:
        """True if the list is read state by state: no index sorts the orders of several states."""
        return self.states > 1 and not (self.hashes or self.filters & NARROW)

    def to_count(self) -> "Kind":
        """Those that have the same total."""
        return replace(self, column="", has_end=False)

    def of_one_state(self) -> "Kind":
        """The lists that a merged one is made of."""
        return replace(self, states=1)

    def holder(self) -> tuple[Parameter | None, Parameter | None]:
        """The application and the user that placed the orders."""
        application = Parameter("application") if self.of_application else None
        return application, Parameter("user") if self.of_user else None

    def counted(self) -> dict[str, Any]:
        """The conditions by which orders are counted ahead, too."""
        # By the key of the tier, with which indexes begin; without a query of its own.
        tier = Product.objects.filter(code=Parameter("product")).order_by().values("pk")
        conditions: dict[str, Any] = {}
        if self.states == 1:
            conditions["state"] = Parameter("state0")
        elif self.states:
            conditions["state__in"] = [Parameter(f"state{n}") for n in range(self.states)]
        if "product" in self.filters:
            conditions["product"] = Subquery(tier)
        return conditions

    def orders(self) -> QuerySet[Order]:
        """The orders that match, in no order."""
        rows = placed_by(*self.holder()).filter(**self.counted()).order_by()
        rows = rows.filter(
            **{COLUMNS[name]: Parameter(name) for name in COLUMNS if name in self.filters}
        )
        if self.hashes:
            hashes = [Parameter(f"order_hash{n}") for n in range(self.hashes)]
            rows = rows.filter(order_hash__in=hashes)
        if "client_id" in self.filters:
            # As it is shown: what was sent, or delivered once packed. The first is for the index.
            number = Parameter("client_id")
            rows = rows.alias(client=Coalesce("delivered_client_id", "client_id"))
            rows = rows.filter(Q(client_id=number) | Q(state=State.PACKED), client=number)
        return rows


@lru_cache(KEPT)
def orders_of(kind: Kind, *, after: bool = False, descending: bool = True) -> CompiledQuery[Order]:
    """Return the query of a page, from its offset on, or `after` the position of a cursor."""
    start = (Parameter("when"), Parameter("pk")) if after else None
    rows = kind.orders()
    if kind.has_end:
        rows = rows.filter(updated_at__lt=Parameter("end"))
    if kind.column == "updated_at" and "created_after" in kind.filters:
        # No order changes before it is placed: the index is read from there on.
        rows = rows.filter(updated_at__gt=Parameter("created_after") - SKEW)
    return CompiledQuery(
        lambda: (
            sorted_after(rows, kind.column, start, descending=descending)
            .select_related("product", "subscription")
            .only(*SERIALIZED, *OF_ORDER)
        ),
        sliced=True,
    )


@lru_cache(KEPT)
def total_of(kind: Kind) -> CompiledQuery[tuple[int | None]]:
    """Return the query of the number of orders: the sum of their counts, where that is enough."""
    counts = counts_of(*kind.holder())
    if counts is None or kind.hashes or kind.filters - {"product"}:
        number = Func(template="COUNT(*)", output_field=IntegerField())
        return CompiledQuery(lambda: kind.orders().values_list(number))
    total = Func("number", function="SUM", output_field=IntegerField())
    return CompiledQuery(lambda: counts.filter(**kind.counted()).order_by().values_list(total))
