"""Filters of the order queue: parsed from a query string, and as queries that use an index."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cached_property, reduce
from operator import or_
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing.invoice_filters import read_day
from portal.backoffice.queue.found_orders import SETS, intersection
from portal.backoffice.queue.queue_columns import read_columns
from portal.backoffice.row_pages import read_key
from shop.catalogue.models import Product
from shop.orders.attention import (
    NEEDS_STAFF,
    PLACED,
    UNANSWERED,
    UNREACHABLE,
    OrderSlice,
    where_any,
)
from shop.orders.models import Order, State
from shop.orders.search import Found, search
from shop.orders.states import FINISHED
from shop.tenancy.models import User

LONGEST_SEARCH = 4000  # characters: room for a link that a mail gateway has wrapped
# The groups of the queue by name: label, and the orders in it.
GROUPS: dict[str, tuple[StrOrPromise, tuple[OrderSlice, ...]]] = {
    "person": (_("Needs attention"), NEEDS_STAFF),
    "need_human": (State.NEED_HUMAN.label, (OrderSlice(State.NEED_HUMAN),)),
    "has_packing_errors": (State.HAS_PACKING_ERRORS.label, (OrderSlice(State.HAS_PACKING_ERRORS),)),
    "unreachable": (_("e-mail not delivered"), (UNREACHABLE,)),
    "unanswered": (_("long without details"), (UNANSWERED,)),
    "details": (_("waits for details"), (OrderSlice(State.PENDING, complete=False),)),
    "pending": (State.PENDING.label, (OrderSlice(State.PENDING, complete=True),)),
    "packing": (State.PACKING.label, (OrderSlice(State.PACKING),)),
    "packed": (State.PACKED.label, (OrderSlice(State.PACKED),)),
    "cancelled": (State.CANCELLED.label, (OrderSlice(State.CANCELLED),)),
    "all": (_("All"), PLACED),
}
DONE = {"packed", "cancelled", "all"}
AGES = {
    "hour": (timedelta(hours=1), _("an hour")),
    "day": (timedelta(days=1), _("a day")),
    "week": (timedelta(days=7), _("a week")),
}
TAKEN: dict[str, StrOrPromise] = {"me": _("to me"), "nobody": _("to nobody")}
# Customers accept the terms on a page; programs do not.
CHANNELS: dict[str, tuple[StrOrPromise, Q]] = {
    "page": (_("our page"), Q(basket__terms__isnull=False)),
    "api": (_("API"), Q(basket__isnull=True)),
    "open": (_("open order"), Q(basket__isnull=False, basket__terms__isnull=True)),
}
FAILING: dict[str, StrOrPromise] = {"mail": _("an e-mail"), "webhook": _("a webhook")}
INVOICE: dict[str, StrOrPromise] = {"overdue": _("overdue")}
NO_STEP = "-"  # as `step`: orders that stopped before the first one
# Sort orders: the column, and whether the latest comes first.
SORTS = {
    "waiting": ("updated_at", False),
    "changed": ("updated_at", True),
    "oldest": ("created_at", False),
    "newest": ("created_at", True),
}
BY_DAY = {"oldest", "newest"}
# Filters that list all placed orders, unless a group is chosen.
OF_ALL = (
    *("q", "failing", "due", "fault", "step", "application", "client", "from_day", "to_day"),
    "invoice",
)
# Names in the query string that Python or a reader of code would misread.
PARAMETERS = {"from_day": "from", "to_day": "to"}


@dataclass(frozen=True)
class Filter:
    """A filter of the queue for `user`; by default the orders that need a person."""

    user: User
    view: str = ""  # primary key of the saved view it began with
    q: str = ""
    show: str = ""
    fault: str = ""
    step: str = ""
    tier: str = ""
    application: str = ""
    client: str = ""
    from_day: str = ""  # on which the order was placed, as ISO 8601
    to_day: str = ""
    taken: str = ""
    age: str = ""
    due: str = ""
    invoice: str = ""
    channel: str = ""
    failing: str = ""
    sort: str = ""
    columns: str = ""  # of the table, with commas between

    @property
    def group(self) -> str:
        """Return the group that is shown; a search covers all orders unless one is chosen."""
        return self.show or ("all" if any(getattr(self, name) for name in OF_ALL) else "person")

    @property
    def slices(self) -> tuple[OrderSlice, ...]:
        """Return the slices that make up the group. Finished orders stand at no step or fault."""
        slices = GROUPS[self.group][1]
        if not (self.fault or self.step):
            return slices
        return tuple(part for part in slices if part.state not in FINISHED)

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all orders of the group are wanted."""
        return any(getattr(self, name) for name in NARROWING)

    @property
    def is_by_day(self) -> bool:
        """Return whether only the time of placing can sort the list by an index."""
        return bool(self.application or self.from_day or self.to_day) and self.found is None

    @property
    def order_by(self) -> tuple[str, bool]:
        """Return the column to sort by, and whether the latest comes first."""
        if self.is_by_day and self.sort not in BY_DAY:
            return SORTS["newest" if self.group in DONE else "oldest"]
        return SORTS[self.sort or ("changed" if self.group in DONE else "waiting")]

    @cached_property
    def now(self) -> datetime:
        """Return the time that ages count from, the same for the whole page."""
        return timezone.now()

    @cached_property
    def found(self) -> Found | None:
        """Return the orders that a search or a list of few finds; None without any."""
        found = [find(value) for name, find in SETS.items() if (value := getattr(self, name))]
        return intersection([search(self.q), *found] if self.q else found)

    def parts(self) -> list[QuerySet[Order]]:
        """Return disjoint querysets, each of which one index can sort."""
        if not self.slices:
            return []
        if self.found is not None:
            return [self._found_orders(self.found)]
        further = self._further()
        return [Order.objects.filter(part.where(self.now), further) for part in self.slices]

    def orders(self) -> QuerySet[Order]:
        """Return all filtered orders, unsorted."""
        if not self.slices:
            return Order.objects.none()
        if self.found is not None:
            return self._found_orders(self.found).order_by()
        wanted = where_any(self.slices, self.now)
        return Order.objects.filter(wanted, self._further()).order_by()

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes` by the names of fields."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        named = {PARAMETERS.get(name, name): text for name, text in given.items()}
        return urlencode([(name, text) for name, text in named.items() if text])

    @cached_property
    def tier_id(self) -> int | None:
        """Return the primary key of the filtered tier; 0 for an unknown one, None without one."""
        if not self.tier:
            return None
        return Product.objects.filter(code=self.tier).values_list("pk", flat=True).first() or 0

    def _found_orders(self, found: Found) -> QuerySet[Order]:
        # By primary key alone: without statistics SQLite would rather scan all orders of a state.
        few = Order.objects.filter(pk__in=found.pks).alias(
            its_state=Coalesce("state", Value("")), its_tier=Coalesce("product", Value(0))
        )
        wanted = reduce(or_, [part.where(self.now, "its_state") for part in self.slices])
        return few.filter(wanted, self._further("its_tier", "its_state"))

    def _further(self, tier: str = "product", state: str = "state") -> Q:
        condition = self._of_attempts(state) & self._of_days()
        if self.tier_id is not None:
            condition &= Q(**{tier: self.tier_id})
        if self.application:
            condition &= Q(application=int(self.application))
        if self.taken == "me":
            condition &= Q(taken_by=self.user)
        elif self.taken == "nobody":
            condition &= Q(taken_by=None)
        elif self.taken:
            condition &= Q(taken_by=int(self.taken))
        if self.age:
            condition &= Q(updated_at__lte=self.now - AGES[self.age][0])
        if self.due:
            condition &= Q(follow_up_on__lte=timezone.localdate(self.now))
        if self.channel:
            condition &= CHANNELS[self.channel][1]
        return condition

    def _of_attempts(self, state: str) -> Q:
        condition = Q()
        if self.fault:
            # Spelt out, so that SQLite takes the index of the orders that have a fault.
            condition &= Q(fault=self.fault, fault__gt=RawSQL("''", []))
        if self.step == NO_STEP:
            condition &= Q(packing=None) | Q(packing__last_step="")
        elif self.step:
            condition &= Q(packing__last_step=self.step)
        return condition & ~Q(**{f"{state}__in": FINISHED}) if condition else condition

    def _of_days(self) -> Q:
        condition = Q()
        if self.from_day:
            condition &= Q(created_at__gte=_midnight(date.fromisoformat(self.from_day)))
        if self.to_day:
            behind = date.fromisoformat(self.to_day) + timedelta(days=1)
            condition &= Q(created_at__lt=_midnight(behind))
        return condition


NAMES = tuple(field.name for field in fields(Filter))[1:]  # in the query string
# The state groups the list; these leave orders of the group out.
NARROWING = tuple(each for each in NAMES if each not in {"view", "show", "sort", "columns"})
CHOICES: dict[str, Collection[str]] = {
    "show": GROUPS,
    "age": AGES,
    "due": {"1"},
    "invoice": INVOICE,
    "channel": CHANNELS,
    "failing": FAILING,
    "sort": SORTS,
}


def parse(data: QueryDict, user: User) -> Filter:
    """Parse the filter from a query string for `user`, ignoring unknown values."""
    given = {name: data.get(name, "") for name in CHOICES if data.get(name) in CHOICES[name]}
    for name in ("view", "application", "client"):
        given[name] = read_key(data.get(name, ""))
    for name in ("from_day", "to_day"):
        given[name] = _read_day(data.get(PARAMETERS[name], ""))
    for name, longest in (("tier", 50), ("fault", 40), ("step", 100)):
        given[name] = data.get(name, "").replace("\0", "")[:longest]
    taken = data.get("taken", "")
    given["taken"] = taken if taken in TAKEN else read_key(taken)
    given["columns"] = read_columns(data.getlist("columns"))
    return Filter(user=user, q=data.get("q", "").strip()[:LONGEST_SEARCH], **given)


def _read_day(text: str) -> str:
    day = read_day(text)
    # The first and the last year have no midnight in each time zone.
    return day if "0002" <= day[:4] <= "9998" else ""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
