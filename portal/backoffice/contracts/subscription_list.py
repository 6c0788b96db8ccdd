"""The list of subscriptions: their state, what needs staff, what holds their invoices back."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.billing.billing_access import looker_required
from portal.backoffice.billing.invoice_filters import read_day
from portal.backoffice.contracts.contract_queue import stuck_runs, waiting_changes
from portal.backoffice.filter_pills import filter_pills
from portal.backoffice.row_pages import read_key, row_page
from shop.billing.contract_end import failed_ends
from shop.billing.models import Subscription
from shop.billing.subscriptions import never_joined
from shop.catalogue.models import Product
from shop.orders.archived_order import ArchivedOrder

NEVER_JOINED = "never_joined"
ANY = "any"
WAITS: dict[str, StrOrPromise] = {
    ANY: _("for anything"),
    **dict(Subscription.WaitsFor.choices),
    NEVER_JOINED: _("nobody has joined for long"),
}
STATES: dict[str, tuple[StrOrPromise, Q]] = {
    "active": (_("active"), Q(ended_at=None, cancelled_at=None)),
    "cancelled": (_("cancelled, still running"), Q(ended_at=None, cancelled_at__isnull=False)),
    "ended": (_("ended"), Q(ended_at__isnull=False)),
}
STATE_LABELS = {name: label for name, (label, _where) in STATES.items()}
NEEDS: dict[str, tuple[StrOrPromise, Callable[[], QuerySet[Any, Any]]]] = {
    "approval": (
        _("approval of a change of tier"),
        lambda: waiting_changes().values("subscription"),
    ),
    "stuck": (_("help with a step that failed"), lambda: stuck_runs().values("subscription")),
    "end": (_("help with an end that failed"), lambda: failed_ends().values("pk")),
}
NEED_LABELS = {name: label for name, (label, _rows) in NEEDS.items()}


@dataclass(frozen=True)
class SubscriptionFilter:
    """A filter of the list of subscriptions; all of them by default."""

    q: str = ""  # how the client's name goes, or an order number
    waits: str = ""
    state: str = ""
    needs: str = ""
    tier: str = ""
    client: str = ""
    until: str = ""  # ends on this day or before, as ISO 8601

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
            archived = ArchivedOrder.objects.filter(order_number__iexact=self.q).values("pk")
            found = found.filter(named | Q(order__in=archived))
        if self.state:
            found = found.filter(STATES[self.state][1])
        if self.needs:
            found = found.filter(pk__in=NEEDS[self.needs][1]())
        if self.until:
            found = found.filter(ends_on__lte=self.until)
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
    found = wanted.subscriptions().select_related("client", "project", "product", "order")
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = row_page(found, after=after, before=before)
    context = {
        "wanted": wanted,
        "subscriptions": page.rows,
        "filters": [
            (_("State"), filter_pills(wanted, "state", STATE_LABELS)),
            (_("Needs"), filter_pills(wanted, "needs", NEED_LABELS)),
            (_("Invoice waits"), filter_pills(wanted, "waits", WAITS)),
            (
                _("Tier"),
                filter_pills(wanted, "tier", dict(Product.objects.values_list("code", "name"))),
            ),
        ],
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }
    return render(request, "backoffice/subscriptions.html", context)


def _parse(data: QueryDict) -> SubscriptionFilter:
    text, tier = (data.get(name, "").replace("\0", "").strip()[:200] for name in ("q", "tier"))
    choices: dict[str, Collection[str]] = {"waits": WAITS, "state": STATES, "needs": NEEDS}
    chosen = {
        name: data.get(name, "") for name, known in choices.items() if data.get(name, "") in known
    }
    return SubscriptionFilter(
        q=text,
        tier=tier,
        client=read_key(data.get("client", "")),
        until=read_day(data.get("until", "")),
        **chosen,
    )
