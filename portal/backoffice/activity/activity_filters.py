"""Filters of the activity: the colleague, the kind of thing, a span of days, an order."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.audit_log import Act
from portal.backoffice.billing.invoice_filters import read_day
from portal.backoffice.row_pages import read_key
from shop.orders.models import Order
from shop.orders.order_numbers import read_order_number
from shop.tenancy.models import User

# By name: label, and the permissions one of which shows the kind.
KINDS: dict[str, tuple[StrOrPromise, tuple[str, ...]]] = {
    "orders": (_("Orders"), ("orders.view_order",)),
    "bulk": (_("Bulk actions"), ("orders.mend_order",)),
    "exports": (_("Exports"), ("orders.view_order",)),
    "catalogue": (_("Catalogue"), ("catalogue.view_product",)),
    "texts": (_("Texts"), ("content.view_page",)),
    "applications": (_("Partner applications"), ("access.view_application",)),
    "people": (_("People and colleagues"), ("tenancy.manage_staff", "tenancy.erase_person")),
    "clients": (_("Clients"), ("tenancy.view_client", "billing.view_invoice")),
    "billing": (_("Billing"), ("billing.view_invoice",)),
}
# The models of which the audit log keeps entries, by kind; the name of a room stands for all its.
LOGGED: dict[str, tuple[str, ...]] = {
    "catalogue": ("catalogue.product", "catalogue.feature", "catalogue.promotion"),
    "texts": ("content",),
    "applications": ("access",),
    "people": ("tenancy.user", "tenancy.staffinvitation"),
    "clients": ("tenancy.client", "tenancy.project", "tenancy.billingprofile"),
    "billing": ("billing", "catalogue.seller", "catalogue.vatrate"),
    "orders": ("orders", "backoffice", "packing"),
}


@dataclass(frozen=True)
class ActivityFilter:
    """A filter of the activity that `user` may see; all of it by default."""

    user: User
    who: str = ""  # the colleague's primary key
    kind: str = ""
    order: str = ""  # its number
    from_day: str = ""  # as ISO 8601
    to_day: str = ""

    @cached_property
    def kinds(self) -> list[str]:
        """Return the kinds that are wanted and that the user may see."""
        kinds = [self.kind] if self.kind else list(KINDS)
        if self.order:
            kinds = [each for each in kinds if each == "orders"]
        return [each for each in kinds if self.may_see(each)]

    def may_see(self, kind: str) -> bool:
        """Return whether the user has a permission that shows `kind`."""
        return any(self.user.has_perm(permission) for permission in KINDS[kind][1])

    @cached_property
    def colleagues(self) -> list[User]:
        """Return all colleagues by e-mail, also those whose access has ended."""
        return list(_colleagues_ever())

    @cached_property
    def actors(self) -> list[int]:
        """Return the primary keys of the colleagues whose acts are wanted."""
        everybody = {user.pk for user in self.colleagues}
        return sorted(everybody & {int(self.who)} if self.who else everybody)

    @cached_property
    def order_pk(self) -> int:
        """Return the primary key of the order that is asked for; 0 for none of that number."""
        number = read_order_number(self.order)
        found = Order.objects.filter(order_number=number).values_list("pk", flat=True)
        return (found.first() if number else None) or 0

    def of_days(self, column: str) -> Q:
        """Return the condition that `column` is within the span, both days inclusive."""
        condition = Q()
        if self.from_day:
            condition &= Q(**{f"{column}__gte": _midnight(self.from_day)})
        if self.to_day:
            condition &= Q(**{f"{column}__lt": _midnight(self.to_day, days=1)})
        return condition

    def content_types(self) -> list[int]:
        """Return the types of things whose log entries are wanted."""
        condition = Q(pk=None)
        for name in {name for kind in self.kinds for name in LOGGED.get(kind, ())}:
            room, _dot, model = name.partition(".")
            condition |= Q(app_label=room, model=model) if model else Q(app_label=room)
        return sorted(ContentType.objects.filter(condition).values_list("pk", flat=True))

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes` by the names of fields."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        named = {PARAMETERS.get(name, name): text for name, text in given.items()}
        return urlencode([(name, text) for name, text in named.items() if text])


NAMES = tuple(field.name for field in fields(ActivityFilter))[1:]  # in the query string
PARAMETERS = {"from_day": "from", "to_day": "to"}


def parse_activity_filter(data: QueryDict, user: User) -> ActivityFilter:
    """Parse the filter from a query string for `user`, ignoring unknown values."""
    kind = data.get("kind", "")
    return ActivityFilter(
        user=user,
        who=read_key(data.get("who", "")),
        kind=kind if kind in KINDS else "",
        order=data.get("order", "").replace("\0", "").strip()[:20],
        from_day=_read_day(data.get("from", "")),
        to_day=_read_day(data.get("to", "")),
    )


def _colleagues_ever() -> QuerySet[User]:
    """Return all users who are staff, or were until their access was ended."""
    # Erasure empties what was logged about a person, and so leaves the entry alone.
    ended = LogEntry.objects.filter(
        Q(change_message__contains=f'"{Act.ACCESS_ENDED}"') | Q(change_message=""),
        content_type=ContentType.objects.get_for_model(User),
    )
    were = [int(each) for each in ended.values_list("object_id", flat=True) if each]
    return User.objects.filter(Q(is_staff=True) | Q(pk__in=were)).order_by("email")


def kind_of(content_type: ContentType) -> str:
    """Return the kind of the things of `content_type`."""
    name = f"{content_type.app_label}.{content_type.model}"
    for kind, names in LOGGED.items():
        if name in names or content_type.app_label in names:
            return kind
    return ""


def kind_labels() -> Mapping[str, StrOrPromise]:
    """Return the labels of all kinds."""
    return {name: label for name, (label, _permissions) in KINDS.items()}


def _read_day(text: str) -> str:
    day = read_day(text)
    # The first and the last year have no midnight in each time zone.
    return day if "0002" <= day[:4] <= "9998" else ""


def _midnight(day: str, days: int = 0) -> datetime:
    on = date.fromisoformat(day) + timedelta(days=days)
    return timezone.make_aware(datetime.combine(on, time()))
