"""Which orders the queue shows: read from an address, written as one, asked for by indexes."""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import or_

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from shop.catalogue.models import Product
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.attention import NEEDS_STAFF, UNANSWERED, OrderSlice
from shop.orders.models import Order, State
from shop.orders.search import MOST, Found, search
from shop.tenancy.models import User

LONGEST_SEARCH = 500  # letters: room for an address
PLACED = tuple(OrderSlice(state) for state in State if state != State.NEW)
# What the queue shows, by the name of a group.
GROUPS: dict[str, tuple[OrderSlice, ...]] = {
    "person": NEEDS_STAFF,
    "need_human": (OrderSlice(State.NEED_HUMAN),),
    "has_packing_errors": (OrderSlice(State.HAS_PACKING_ERRORS),),
    "unanswered": (UNANSWERED,),
    "details": (OrderSlice(State.PENDING, complete=False),),
    "pending": (OrderSlice(State.PENDING, complete=True),),
    "packing": (OrderSlice(State.PACKING),),
    "packed": (OrderSlice(State.PACKED),),
    "cancelled": (OrderSlice(State.CANCELLED),),
    "all": PLACED,
}
GROUP_NAMES: dict[str, StrOrPromise] = {
    "person": _("To do"),
    "need_human": State.NEED_HUMAN.label,
    "has_packing_errors": State.HAS_PACKING_ERRORS.label,
    "unanswered": _("long without details"),
    "details": _("waits for details"),
    "pending": State.PENDING.label,
    "packing": State.PACKING.label,
    "packed": State.PACKED.label,
    "cancelled": State.CANCELLED.label,
    "all": _("All"),
}
DONE = {"packed", "cancelled", "all"}
AGES = {
    "hour": (timedelta(hours=1), _("an hour")),
    "day": (timedelta(days=1), _("a day")),
    "week": (timedelta(days=7), _("a week")),
}
TAKEN: dict[str, StrOrPromise] = {"me": _("by me"), "nobody": _("by nobody")}
# Customers agree to the terms on a page; programs do not.
CHANNELS: dict[str, tuple[StrOrPromise, Q]] = {
    "page": (_("our page"), Q(basket__terms__isnull=False)),
    "api": (_("API"), Q(basket__isnull=True)),
    "open": (_("open order"), Q(basket__isnull=False, basket__terms__isnull=True)),
}
FAILING: dict[str, StrOrPromise] = {"mail": _("an e-mail"), "webhook": _("a webhook")}
# By what the list is sorted: the column, and whether the latest comes first.
SORTS = {
    "waiting": ("updated_at", False),
    "changed": ("updated_at", True),
    "oldest": ("created_at", False),
    "newest": ("created_at", True),
}


@dataclass(frozen=True)
class Filter:
    """What is asked for; `user` is who asks. Nothing given means all that needs a person."""

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
        """The group that is shown: a search goes through all orders unless one is chosen."""
        return self.show or ("all" if self.q or self.failing or self.due else "person")

    @property
    def order_by(self) -> tuple[str, bool]:
        """The column that is sorted by, and whether the latest comes first."""
        return SORTS[self.sort or ("changed" if self.group in DONE else "waiting")]

    @cached_property
    def now(self) -> datetime:
        """The moment from which ages count: one for the whole page."""
        return timezone.now()

    @cached_property
    def found(self) -> Found | None:
        """The few orders that a search or a list of failures leads to; None without either."""
        found = search(self.q) if self.q else None
        if self.failing:
            failed = _failed(self.failing)
            found = replace(failed, pks=failed.pks & found.pks) if found else failed
        return found

    def parts(self) -> list[QuerySet[Order]]:
        """The orders asked for, in lists each of which one index can sort; none is in two."""
        if self.found is not None:
            return [self._found_orders(self.found)]
        further = self._further()
        return [Order.objects.filter(part.where(self.now), further) for part in GROUPS[self.group]]

    def orders(self) -> QuerySet[Order]:
        """All orders asked for, in no order."""
        if self.found is not None:
            return self._found_orders(self.found).order_by()
        wanted = reduce(or_, [part.where(self.now) for part in GROUPS[self.group]])
        return Order.objects.filter(wanted, self._further()).order_by()

    def as_query(self, **changes: str) -> str:
        """The filter as the part of an address behind the question mark, with `changes`."""
        given = {field.name: getattr(self, field.name) for field in fields(self)[1:]}
        return urlencode({name: text for name, text in (given | changes).items() if text})

    @cached_property
    def tier_id(self) -> int | None:
        """The number of the tier that is asked for; 0, which none has, for one that is not there."""
        if not self.tier:
            return None
        return Product.objects.filter(code=self.tier).values_list("pk", flat=True).first() or 0

    def _found_orders(self, found: Found) -> QuerySet[Order]:
        # By their numbers and in no other way: without statistics SQLite would rather go through
        # all orders of a state.
        few = Order.objects.filter(pk__in=found.pks).alias(
            its_state=Coalesce("state", Value("")), its_tier=Coalesce("product", Value(0))
        )
        wanted = reduce(or_, [part.where(self.now, "its_state") for part in GROUPS[self.group]])
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
    """The filter that an address holds, for `user`; what it does not know, it leaves out."""
    given = {name: data.get(name, "") for name in CHOICES if data.get(name) in CHOICES[name]}
    text = data.get("q", "").strip()[:LONGEST_SEARCH]
    return Filter(user=user, q=text, tier=data.get("tier", "").replace("\0", "")[:50], **given)


def _failed(what: str) -> Found:
    """The orders whose mails or webhooks were given up, the latest first."""
    failed: QuerySet[Message] | QuerySet[Delivery]
    if what == "mail":
        failed = Message.objects.filter(state=Message.State.FAILED, order__isnull=False)
    else:
        failed = Delivery.objects.filter(state=Delivery.State.FAILED)
    pks = list(failed.order_by("-next_try").values_list("order", flat=True)[: MOST + 1])
    return Found(frozenset(pks[:MOST]), has_more=len(pks) > MOST)
