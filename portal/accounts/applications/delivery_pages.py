"""The events that were sent to an endpoint: a list, one with its attempts, sending them again."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import member_access as access
from portal.accounts.applications.endpoint_pages import SWITCHED_OFF, endpoint_required
from shop.invisible_characters import TURNS
from shop.notifications.webhooks.endpoint_log import deliveries_of
from shop.notifications.webhooks.endpoints import EVENTS, EndpointDisabledError
from shop.notifications.webhooks.models import ENDPOINT_TEST, Delivery, WebhookEndpoint
from shop.notifications.webhooks.replay import MOST_AT_ONCE, replay_endpoint, replayable
from shop.orders.cursors import read_cursor, sorted_after, write_cursor

State = Delivery.State
SOON = timedelta(seconds=30)  # an attempt that readers wait for
TYPES = (*EVENTS, ENDPOINT_TEST)


@dataclass(frozen=True)
class LogFilter:
    """A filter of an endpoint's deliveries; all of them by default."""

    state: str = ""
    event: str = ""

    @classmethod
    def parse(cls, data: QueryDict) -> "LogFilter":
        """Read the filter from a query string, ignoring unknown values."""
        state, event = data.get("state", ""), data.get("event", "")
        return cls(state if state in State else "", event if event in TYPES else "")

    @property
    def is_narrowed(self) -> bool:
        """Return whether not all deliveries are wanted."""
        return bool(self.state or self.event)

    def of(self, deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
        """Return those of `deliveries` that match."""
        if self.state:
            deliveries = deliveries.filter(state=self.state)
        return deliveries.filter(type=self.event) if self.event else deliveries

    def query(self, **further: str) -> str:
        """Return the filter, with `further` parameters, as a query string."""
        given = {"state": self.state, "event": self.event, **further}
        return urlencode({name: value for name, value in given.items() if value})


class SinceForm(forms.Form):
    """Asks for the moment from which events are to be sent again."""

    since = forms.DateTimeField(
        label=gettext_lazy("Events since"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def clean_since(self) -> datetime:
        """Return the moment, unless databases cannot have it: in UTC it is in no year."""
        since: datetime = self.cleaned_data["since"]
        try:
            since.astimezone(UTC)
        except OverflowError as error:
            invalid = self.fields["since"].error_messages["invalid"]
            raise forms.ValidationError(invalid, code="invalid") from error
        return since


@endpoint_required
@require_safe
def endpoint(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Show an endpoint and the events that were sent there, the newest first."""
    wanted = LogFilter.parse(request.GET)
    matching = wanted.of(deliveries_of(found))
    start = read_cursor(request.GET.get("after", ""))
    if start:
        matching = sorted_after(matching, "created_at", start, descending=True)
    rows = list(matching[: access.A_PAGE + 1])
    older = ""
    if len(rows) > access.A_PAGE:
        rows = rows[: access.A_PAGE]
        older = wanted.query(after=write_cursor((rows[-1].created_at, rows[-1].pk)))
    context = {
        "application": found.application,
        "endpoint": found,
        "rows": rows,
        "wanted": wanted,
        "states": State.choices,
        "events": TYPES,
        "is_first": not start,
        "newest": wanted.query(),
        "older": older,
    }
    return render(request, "accounts/applications/endpoint.html", context)


@endpoint_required
@require_safe
def delivery(request: HttpRequest, found: WebhookEndpoint, *, webhook: str) -> HttpResponse:
    """Show one event with all attempts and what was sent; live while it is under way."""
    context = _shown(found, webhook)
    return render(request, "accounts/applications/delivery.html", context)


@endpoint_required
@require_safe
def delivery_progress(
    request: HttpRequest, found: WebhookEndpoint, *, webhook: str
) -> HttpResponse:
    """Return the live fragment; 204 if the page shows it already (`?seen=`)."""
    context = _shown(found, webhook)
    if request.GET.get("seen") == context["version"]:
        return HttpResponse(status=204)
    template = "accounts/applications/delivery_progress.html"
    return render(request, template, {**context, "announce": True})


@endpoint_required
@require_POST
def replay_delivery(request: HttpRequest, found: WebhookEndpoint, *, webhook: str) -> HttpResponse:
    """Send one event again."""
    try:
        sent = replay_endpoint(found, delivery=webhook).number
    except Delivery.DoesNotExist as error:
        raise Http404 from error
    except EndpointDisabledError:
        messages.warning(request, SWITCHED_OFF)
    else:
        if sent:
            messages.success(request, _("The event is being sent again."))
        else:
            messages.warning(request, _("The event is already on its way."))
    return redirect("portal_delivery", found.application_id, found.pk, webhook)


@endpoint_required
@require_http_methods(["GET", "HEAD", "POST"])
def replay_events(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Ask since when, then name how many events that are; POST sends them again."""
    with timezone.override(access.member(request).zone):  # the form reads times in it
        return _replay_events(request, found)


def _replay_events(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    form = SinceForm(given if "since" in given else None)
    context: dict[str, Any] = {"application": found.application, "endpoint": found, "form": form}
    context["number"] = None  # nothing was asked for yet
    template = "accounts/applications/replay.html"
    if not form.is_valid():
        return render(request, template, context, status=422 if form.errors else 200)
    since: datetime = form.cleaned_data["since"]
    if request.method != "POST":
        number = replayable(found.deliveries.filter(created_at__gte=since))[: MOST_AT_ONCE + 1]
        context |= {"number": number.count(), "most": MOST_AT_ONCE, "since": since}
        return render(request, template, context)
    try:
        sent = replay_endpoint(found, since=since)
    except EndpointDisabledError:
        messages.warning(request, SWITCHED_OFF)
    else:
        sentence = ngettext(
            "%(number)s event is being sent again.",
            "%(number)s events are being sent again.",
            sent.number,
        )
        messages.success(request, sentence % {"number": sent.number})
    return redirect("portal_endpoint", found.application_id, found.pk)


def _shown(endpoint: WebhookEndpoint, webhook: str) -> dict[str, Any]:
    found = get_object_or_404(deliveries_of(endpoint), webhook_id=webhook)
    attempts = list(found.attempt_log.order_by("-pk"))
    is_soon = found.next_attempt_at <= timezone.now() + SOON
    return {
        "application": endpoint.application,
        "endpoint": endpoint,
        "delivery": found,
        "attempts": attempts,
        "last": attempts[0] if attempts else None,
        "payload": _readable(found.payload),
        "is_test": found.type == ENDPOINT_TEST,
        "is_live": found.state == State.SENDING or (found.state == State.WAITING and is_soon),
        "version": f"{found.state}-{len(attempts)}",
    }


def _readable(payload: str) -> str:
    """Return a body with line breaks, in which no sign turns the text around it."""
    text = json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    return TURNS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
