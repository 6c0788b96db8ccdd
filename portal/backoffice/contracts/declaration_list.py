"""The list of declarations by which customers cancel or withdraw: staff's queue and what is over."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from portal.backoffice.contracts.contract_queue import WAITS_FOR_STAFF
from portal.backoffice.filter_pills import filter_pills
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.row_pages import row_page
from portal.backoffice.staff_access import permission_required
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.orders.archived_order import ArchivedOrder

State = DeclarationCase.State
STAFF = "staff"
STATES: dict[str, tuple[StrOrPromise, Q]] = {
    STAFF: (gettext_lazy("needs a decision"), WAITS_FOR_STAFF),
    "proof": (gettext_lazy("waits for proof"), Q(state__in=(State.RECEIVED, State.PROOF))),
    "effective": (gettext_lazy("took effect"), Q(state=State.EFFECTIVE)),
    "dismissed": (gettext_lazy("dismissed"), Q(state=State.DISMISSED)),
    "all": (gettext_lazy("all"), Q()),
}
WAITING = {STAFF, "proof"}  # the oldest first; the others the newest first
KINDS: dict[str, StrOrPromise] = dict(Declaration.Kind.choices)
RECEIPTS: dict[str, StrOrPromise] = {"held": gettext_lazy("held back")}


@dataclass(frozen=True)
class DeclarationFilter:
    """A filter of the list of declarations; by default those that need a decision."""

    q: str = ""  # how name, e-mail or contract go, as typed
    state: str = STAFF
    kind: str = ""
    receipt: str = ""

    def cases(self) -> QuerySet[DeclarationCase]:
        """Return the filtered cases with what the list shows of them, in no order."""
        found = DeclarationCase.objects.filter(STATES[self.state][1]).order_by()
        if self.kind:
            found = found.filter(declaration__kind=self.kind)
        if self.receipt:
            found = found.filter(receipt_held_at__isnull=False)
        if self.q:
            typed = ("name", "email", "contract")
            archived = ArchivedOrder.objects.filter(order_number__iexact=self.q).values("pk")
            named = Q(order__order_number__iexact=self.q) | Q(order__in=archived)
            for name in typed:
                named |= Q(**{f"declaration__{name}__icontains": self.q})
            found = found.filter(named)
        return found.select_related("declaration", "order__delivered_client")

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all that need a decision are wanted."""
        return self != DeclarationFilter()

    def as_query(self, **changes: str) -> str:
        """Return the filter as a query string, with `changes`."""
        given = {name: getattr(self, name) for name in NAMES} | changes
        if given["state"] == STAFF:
            given["state"] = ""
        return urlencode([(name, text) for name, text in given.items() if text])


NAMES = tuple(field.name for field in fields(DeclarationFilter))


@permission_required("orders.view_order")
@require_safe
def declarations(request: HttpRequest) -> HttpResponse:
    """List the declarations that the query string asks for."""
    wanted = _parse(request.GET)
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    oldest_first = wanted.state in WAITING
    page = row_page(wanted.cases(), after=after, before=before, newest_first=not oldest_first)
    states = {name: label for name, (label, _where) in STATES.items()}
    context = {
        "wanted": wanted,
        "cases": page.rows,
        "filters": [
            (_("State"), filter_pills(wanted, "state", states)),
            (_("Kind"), filter_pills(wanted, "kind", KINDS)),
            (_("Receipt"), filter_pills(wanted, "receipt", RECEIPTS)),
        ],
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }
    return hide_hashes(request, render(request, "backoffice/declarations.html", context))


def _parse(data: QueryDict) -> DeclarationFilter:
    choices: dict[str, Collection[str]] = {"state": STATES, "kind": KINDS, "receipt": RECEIPTS}
    chosen = {
        name: data.get(name, "") for name, known in choices.items() if data.get(name, "") in known
    }
    text = data.get("q", "").replace("\0", "").strip()[:200]
    return DeclarationFilter(q=text, **chosen)
