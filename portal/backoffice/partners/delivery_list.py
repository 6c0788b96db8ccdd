"""The webhooks of an application: a list with filters, and sending them again."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.audit_log import Act, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.filter_pills import filter_pills
from portal.backoffice.partners.application_page import CHANGE, LOOK, find_application_row
from portal.backoffice.partners.delivery_filters import (
    SENT,
    STATES,
    DeliveryFilter,
    parse_delivery_filter,
)
from portal.backoffice.row_pages import A_PAGE, read_key
from portal.backoffice.staff_access import permission_required, staff_user
from shop.access.models import Application
from shop.notifications.webhooks.models import Attempt, Delivery
from shop.notifications.webhooks.replay import MOST_AT_ONCE, replay_many, replayable


@permission_required(LOOK)
@require_safe
def deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    """List the webhooks that the query string asks for, the newest first."""
    application = find_application_row(pk)
    wanted = parse_delivery_filter(request.GET, application)
    page = wanted.page(after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    last = _last_attempts([row.pk for row in page.rows])
    states = {name: label for name, (label, _states) in STATES.items()}
    context = {
        "application": application,
        "here": "deliveries",
        "wanted": wanted,
        "rows": [(row, last.get(row.pk)) for row in page.rows],
        "filters": [(_("State"), filter_pills(wanted, "state", states))],
        "events": SENT,
        "filter": wanted.as_query(),
        "newer": wanted.as_query(before=page.before) if page.before else "",
        "older": wanted.as_query(after=page.after) if page.after else "",
    }
    return render(request, "backoffice/partners/deliveries.html", context)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def replay_deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before webhooks are sent again, chosen ones or a filter's; POST does it."""
    application = find_application_row(pk)
    chosen = _chosen(request, application)
    # The keys that were ticked are no filter to go back to.
    back = f"{reverse('staff_application_deliveries', args=[pk])}?{chosen.filter.as_query()}"
    if request.method != "POST":
        return _ask_to_replay(request, chosen, back)
    staff = staff_user(request)
    with transaction.atomic():
        number = replay_many(chosen.deliveries, staff)
        if number:
            note = f"{number}; {chosen.description}"
            record(staff, application, Act.WEBHOOKS_REPLAYED, note)
    if number:
        sentence = ngettext(
            "%(number)s webhook is being sent again.",
            "%(number)s webhooks are being sent again.",
            number,
        )
        messages.success(request, sentence % {"number": number})
    else:
        messages.warning(request, _("None of them can be sent again: they are on their way."))
    return redirect(back)


@dataclass(frozen=True)
class Chosen:
    """The webhooks that are to be sent again, and in words for the audit log how they were chosen."""

    filter: DeliveryFilter
    deliveries: QuerySet[Delivery]
    description: str


def _chosen(request: HttpRequest, application: Application) -> Chosen:
    """Return the webhooks that were ticked; without any, those of the filter.

    Where the filter names no state, that is what was given up.
    """
    wanted = parse_delivery_filter(request.GET, application)
    if ticked := [int(key) for key in request.GET.getlist("pk")[:A_PAGE] if read_key(key)]:
        found = Delivery.objects.filter(application=application, pk__in=ticked)
        return Chosen(wanted, found, "ticked")
    if not wanted.state:
        wanted = DeliveryFilter(
            application,
            state="failed",
            event=wanted.event,
            order=wanted.order,
            since=wanted.since,
            until=wanted.until,
        )
    return Chosen(wanted, wanted.deliveries(), wanted.as_query())


def _ask_to_replay(request: HttpRequest, chosen: Chosen, back: str) -> HttpResponse:
    number = replayable(chosen.deliveries)[: MOST_AT_ONCE + 1].count()
    if not number:
        messages.info(request, _("There is no such webhook that can be sent again."))
        return redirect(back)
    is_part = number > MOST_AT_ONCE
    number = min(number, MOST_AT_ONCE)
    question = ngettext(
        "Send %(number)s webhook again?", "Send %(number)s webhooks again?", number
    ) % {"number": number}
    most = _("There are more: these are the oldest. Send the others afterwards.")
    return ask_first(
        request,
        question,
        [
            most if is_part else "",
            _(
                "Each keeps its ID, so that the partner's program can tell which ones it already has."
            ),
            _("Each gets as many attempts as a new one. Those already on their way are left out."),
            _("Nothing is sent to endpoints that are switched off."),
        ],
        button=_("Send again"),
        back=back,
    )


def _last_attempts(pks: list[int]) -> dict[int, Attempt]:
    """Return the last attempt at each delivery of `pks`, in two queries."""
    attempts = Attempt.objects.filter(delivery__in=pks).order_by().values("delivery")
    newest = attempts.annotate(last=Max("pk")).values_list("last", flat=True)
    found: dict[Any, Attempt] = Attempt.objects.in_bulk(list(newest))
    return {attempt.delivery_id: attempt for attempt in found.values()}
