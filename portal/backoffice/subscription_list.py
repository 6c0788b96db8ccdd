"""The list of subscriptions, and what holds their invoices back."""

from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing_access import looker_required
from portal.backoffice.invoice_filters import read_key
from portal.backoffice.order_queue import PILL, Pill
from shop.billing.models import Subscription
from shop.billing.subscriptions import never_joined
from shop.catalogue.models import Product
from shop.row_patterns import render_rows

A_PAGE = 50
NEVER_JOINED = "never_joined"
ANY = "any"
WAITS: dict[str, StrOrPromise] = {
    ANY: _("for anything"),
    **dict(Subscription.WaitsFor.choices),
    NEVER_JOINED: _("nobody has joined for long"),
}
STATES: dict[str, tuple[StrOrPromise, Q]] = {
    "active": (_("active"), Q(ended_at=None, cancelled_at=None)),
    "cancelled": (_("cancelled, runs on"), Q(ended_at=None, cancelled_at__isnull=False)),
    "ended": (_("ended"), Q(ended_at__isnull=False)),
}


@dataclass(frozen=True)
class SubscriptionFilter:
    """A filter of the list of subscriptions; all of them by default."""

    q: str = ""  # how the client's name goes, or an order number
    waits: str = ""
    state: str = ""
    tier: str = ""
    client: str = ""

    def subscriptions(self) -> QuerySet[Subscription]:
        """Return the filtered subscriptions, in no order."""
        found = Subscription.objects.order_by()
        if self.waits == NEVER_JOINED:
            found = never_joined(timezone.localdate()).order_by()
        elif self.waits == ANY:
            found = found.exclude(waits_for="")
        elif self.waits:
            found = found.filter(waits_for=self.waits)
        if self.q:
            named = Q(client__name__icontains=self.q) | Q(order__order_number__iexact=self.q)
            found = found.filter(named)
        if self.state:
            found = found.filter(STATES[self.state][1])
        if self.tier:
            found = found.filter(product__code=self.tier)
        return found.filter(client=int(self.client)) if self.client else found

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all subscriptions are wanted."""
        return any(getattr(self, name) for name in NAMES)

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        return urlencode([(name, text) for name, text in given.items() if text])


NAMES = tuple(field.name for field in fields(SubscriptionFilter))


@looker_required
def subscriptions(request: HttpRequest) -> HttpResponse:
    """List the subscriptions that the query string asks for, the newest first."""
    wanted = _parse(request.GET)
    rows, newer, older = _page(
        wanted, read_key(request.GET.get("after", "")), read_key(request.GET.get("before", ""))
    )
    tiers = dict(Product.objects.values_list("code", "name"))
    states = {name: label for name, (label, _where) in STATES.items()}
    context = {
        "wanted": wanted,
        "subscriptions": rows,
        "filters": [
            (_("Invoice waits"), render_rows(PILL, _pills(wanted, "waits", WAITS))),
            (_("State"), render_rows(PILL, _pills(wanted, "state", states))),
            (_("Tier"), render_rows(PILL, _pills(wanted, "tier", tiers))),
        ],
        "newer": wanted.as_query(before=newer) if newer else "",
        "older": wanted.as_query(after=older) if older else "",
    }
    return render(request, "backoffice/subscriptions.html", context)


def _parse(data: QueryDict) -> SubscriptionFilter:
    text, tier = (data.get(name, "").replace("\0", "").strip()[:200] for name in ("q", "tier"))
    waits, state = data.get("waits", ""), data.get("state", "")
    return SubscriptionFilter(
        q=text,
        waits=str(waits) if waits in WAITS else "",
        state=str(state) if state in STATES else "",
        tier=tier,
        client=read_key(data.get("client", "")),
    )


def _page(
    wanted: SubscriptionFilter, after: str, before: str
) -> tuple[list[Subscription], str, str]:
    """Return some subscriptions, and the keys of the pages before and behind them, or ""."""
    found = wanted.subscriptions().select_related("client", "project", "product", "order")
    backwards = bool(before) and not after
    if backwards:
        rows = list(found.filter(pk__gt=before).order_by("pk")[: A_PAGE + 1])
    else:
        behind = found.filter(pk__lt=after) if after else found
        rows = list(behind.order_by("-pk")[: A_PAGE + 1])
    has_more, rows = len(rows) > A_PAGE, rows[:A_PAGE]
    if backwards:
        rows.reverse()
    if not rows:
        return _page(wanted, "", "") if after or before else ([], "", "")
    is_first = not after and not (backwards and has_more)
    newer = "" if is_first else str(rows[0].pk)
    return rows, newer, str(rows[-1].pk) if backwards or has_more else ""


def _pills(wanted: SubscriptionFilter, field: str, choices: dict[str, Any]) -> list[Pill]:
    chosen = getattr(wanted, field)
    return [
        Pill(
            name=name,
            label=str(label),
            query=wanted.as_query(**{field: "" if chosen == name else name}),
            is_on=chosen == name,
            is_counted=False,
            count="",
        )
        for name, label in choices.items()
    ]
