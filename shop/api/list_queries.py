"""The queries of the list of orders, compiled once for each set of filters."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Func, IntegerField, Subquery

from shop.api.placed_orders import placed_by
from shop.billing.shown_subscriptions import OF_ORDER
from shop.catalogue.models import Product
from shop.compiled_queries import CompiledQuery, Parameter
from shop.orders.cursors import sorted_after
from shop.orders.models import Order
from shop.orders.order_counts import counts_of
from shop.orders.serializers import SERIALIZED

FILTERS = ("state", "product", "created_after", "updated_after")


@dataclass(frozen=True)
class Kind:
    """Lists that differ in their values alone: whose orders, and the names of the filters."""

    of_application: bool
    of_user: bool
    filters: frozenset[str]

    def holder(self) -> tuple[Parameter | None, Parameter | None]:
        """The application and the user that placed the orders."""
        application = Parameter("application") if self.of_application else None
        return application, Parameter("user") if self.of_user else None

    def counted(self) -> dict[str, Any]:
        """The conditions by which orders are counted ahead, too."""
        # By the key of the tier, with which indexes begin; without a query of its own.
        tier = Product.objects.filter(code=Parameter("product")).order_by().values("pk")
        conditions = {"state": Parameter("state"), "product": Subquery(tier)}
        return {name: each for name, each in conditions.items() if name in self.filters}

    def times(self) -> dict[str, Any]:
        """The conditions on times."""
        columns = {"created_after": "created_at__gt", "updated_after": "updated_at__gt"}
        return {columns[name]: Parameter(name) for name in columns if name in self.filters}


@cache
def orders_of(
    kind: Kind, *, after: bool = False, newest_first: bool = True
) -> CompiledQuery[Order]:
    """Return the query of a page, from its offset on, or `after` the position of a cursor."""
    start = (Parameter("when"), Parameter("pk")) if after else None
    return CompiledQuery(
        lambda: (
            sorted_after(
                placed_by(*kind.holder()).filter(**kind.counted(), **kind.times()),
                "created_at",
                start,
                descending=newest_first,
            )
            .select_related("product", "subscription")
            .only(*SERIALIZED, *OF_ORDER)
        ),
        sliced=True,
    )


@cache
def total_of(kind: Kind) -> CompiledQuery[tuple[int | None]]:
    """Return the query of the number of orders: the sum of their counts, unless by time."""
    counts = counts_of(*kind.holder())
    if counts is None or kind.times():
        placed = placed_by(*kind.holder()).filter(**kind.counted(), **kind.times())
        number = Func(template="COUNT(*)", output_field=IntegerField())
        return CompiledQuery(lambda: placed.order_by().values_list(number))
    total = Func("number", function="SUM", output_field=IntegerField())
    return CompiledQuery(lambda: counts.filter(**kind.counted()).order_by().values_list(total))
