"""Filters of the order queue: parsed from a query string, and as queries that use an index."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.attention import (
    NEEDS_STAFF,
    PLACED,
    UNANSWERED,
    UNREACHABLE,
    OrderSlice,
    where_any,
)
from shop.orders.models import Order, State
from shop.orders.search import MOST, Found, search
from shop.tenancy.models import User

LONGEST_SEARCH = 4000  # characters: room for a link that a mail gateway has wrapped
# The groups of the queue by name: label, and the orders in it.
GROUPS: dict[str, tuple[StrOrPromise, tuple[OrderSlice, ...]]] = {
    "person": (_("To do"), NEEDS_STAFF),
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
# Sort orders: the column, and whether the latest comes first.
SORTS = {
    "waiting": ("updated_at", False),
    "changed": ("updated_at", True),
    "oldest": ("created_at", False),
    "newest": ("created_at", True),
}


@dataclass(frozen=True)
class Filter:
    """A filter of the queue for `user`; by default the orders that need a person."""

    user: User
    q: str = ""
    show: str = ""
    tier: str = ""
    taken: str = ""
    age: str = ""
    due: str = ""
    channel: str = ""
    failing: str = ""
    sort: str = ""

    @property
    def group(self) -> str:
        """Return the group that is shown; a search covers all orders unless one is chosen."""
        return self.show or ("all" if self.q or self.failing or self.due else "person")

    @property
    def slices(self) -> tuple[OrderSlice, ...]:
        """Return the slices that make up the group."""
        return GROUPS[self.group][1]

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all orders of the group are wanted."""
        chosen = (self.q, self.tier, self.taken, self.age, self.due, self.channel, self.failing)
        return any(chosen)

    @property
    def order_by(self) -> tuple[str, bool]:
        """Return the column to sort by, and whether the latest comes first."""
        return SORTS[self.sort or ("changed" if self.group in DONE else "waiting")]

    @cached_property
    def now(self) -> datetime:
        """Return the time that ages count from, the same for the whole page."""
        return timezone.now()

    @cached_property
    def found(self) -> Found | None:
        """Return the orders that a search or a list of failures finds; None without either."""
        found = search(self.q) if self.q else None
        if self.failing:
            failed = _failed(self.failing)
            found = replace(failed, pks=failed.pks & found.pks) if found else failed
        return found

    def parts(self) -> list[QuerySet[Order]]:
        """Return disjoint querysets, each of which one index can sort."""
        if self.found is not None:
            return [self._found_orders(self.found)]
        further = self._further()
        return [Order.objects.filter(part.where(self.now), further) for part in self.slices]

    def orders(self) -> QuerySet[Order]:
        """Return all filtered orders, unsorted."""
        if self.found is not None:
            return self._found_orders(self.found).order_by()
        wanted = where_any(self.slices, self.now)
        return Order.objects.filter(wanted, self._further()).order_by()

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        return urlencode([(name, text) for name, text in given.items() if text])

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
        return few.filter(wanted, self._further("its_tier"))

    def _further(self, tier: str = "product") -> Q:
        condition = Q()
        if self.tier_id is not None:
            condition &= Q(**{tier: self.tier_id})
        if self.taken == "me":
            condition &= Q(taken_by=self.user)
        if self.taken == "nobody":
            condition &= Q(taken_by=None)
        if self.age:
            condition &= Q(updated_at__lte=self.now - AGES[self.age][0])
        if self.due:
            condition &= Q(follow_up_on__lte=timezone.localdate(self.now))
        if self.channel:
            condition &= CHANNELS[self.channel][1]
        return condition


NAMES = tuple(field.name for field in fields(Filter))[1:]  # in the query string
CHOICES: dict[str, Collection[str]] = {
    "show": GROUPS,
    "taken": TAKEN,
    "age": AGES,
    "due": {"1"},
    "channel": CHANNELS,
    "failing": FAILING,
    "sort": SORTS,
}


def parse(data: QueryDict, user: User) -> Filter:
    """Parse the filter from a query string for `user`, ignoring unknown values."""
    given = {name: data.get(name, "") for name in CHOICES if data.get(name) in CHOICES[name]}
    text = data.get("q", "").strip()[:LONGEST_SEARCH]
    return Filter(user=user, q=text, tier=data.get("tier", "").replace("\0", "")[:50], **given)


def _failed(what: str) -> Found:
    """Find the orders whose mails or webhooks failed for good, the latest first."""
    sent: QuerySet[Any] = Delivery.objects.filter(state=Delivery.State.FAILED)
    if what == "mail":
        given_up = (Message.State.FAILED, Message.State.REFUSED)
        sent = Message.objects.filter(order__isnull=False, state__in=given_up)
    failed = sent.order_by("-next_attempt_at")
    pks = list(failed.values_list("order", flat=True)[: MOST + 1])
    return Found(frozenset(pks[:MOST]), has_more=len(pks) > MOST)
