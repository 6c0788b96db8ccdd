"""The pages of failures: all groups, one group, and the notes about it."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice import undo
from portal.backoffice.failures.failure_groups import (
    FailureGroup,
    GroupKey,
    failure_group,
    failure_groups,
    families,
    stuck_orders,
    tiers_and_programs,
)
from portal.backoffice.failures.failure_windows import LABELS, Window, window_of
from portal.backoffice.failures.incident_notes import (
    close_note,
    notes_of_group,
    open_notes,
    reopen_note,
    write_note,
)
from portal.backoffice.failures.recent_changes import changes_since
from portal.backoffice.models import BulkJob, IncidentNote
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.queue.bulk_jobs import ACTS
from portal.backoffice.queue.filters import NO_STEP
from portal.backoffice.staff_access import permission_required, staff_user
from shop.orders.attention import any_holds
from shop.packing.attempt_records import EXHAUSTED
from shop.tenancy.models import User
from shop.text_areas import TextAreaField

AT_ONCE = 500  # orders that one form names
SHOWN = 20
Action = BulkJob.Action


class NoteForm(forms.Form):
    """Ask for what staff know about a group of failures."""

    text = TextAreaField(
        label=gettext_lazy("What is known, and what is being done"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Colleagues see it here and on the page of each order with this failure. Do not "
            "name customers."
        ),
    )


@permission_required("orders.view_order")
@require_safe
def failures(request: HttpRequest) -> HttpResponse:
    """List the groups of failures in a window of time, those with most failed attempts first."""
    window = window_of(request.GET.get("since", ""))
    groups, has_more = failure_groups(window)
    notes = open_notes()
    context = {
        "window": window,
        "windows": LABELS,
        "groups": [_shown(group, window) | {"note": notes.get(group.key)} for group in groups],
        "has_more": has_more,
    }
    return hide_hashes(request, render(request, "backoffice/failures/failures.html", context))


@permission_required("orders.view_order")
@require_safe
def group(request: HttpRequest) -> HttpResponse:
    """Show one group (`?fault=` and `step=`)."""
    return _show_group(request, NoteForm())


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write a note about a group (`?fault=` and `step=`); a GET leads to the group."""
    key, window = _asked(request)
    if request.method != "POST":
        return redirect(_address(key, window))
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _show_group(request, form)
    found, _has_more = failure_group(key, window)
    since = found.first or timezone.now()
    write_note(key, form.cleaned_data["text"], since, staff_user(request))
    messages.success(request, _("Saved. The note is shown with each of these orders."))
    return redirect(_address(key, window))


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a note; this can be undone."""
    note = get_object_or_404(IncidentNote, pk=pk)
    back = redirect(_address(GroupKey(note.fault, note.step)))
    if request.method == "POST":
        if close_note(note, staff_user(request)):
            undo.offer(request, _("The note is closed."), "incident_note", note=note.pk)
        else:
            messages.warning(request, _("The note was closed in the meantime."))
    return back


@undo.undoable("incident_note", permission=MEND)
def _open_again(staff: User, details: dict[str, Any]) -> bool:
    note = IncidentNote.objects.filter(pk=details["note"]).first()
    return note is not None and reopen_note(note, staff)


def _asked(request: HttpRequest) -> tuple[GroupKey, Window]:
    """Return the group and the window that the query string names. Raises Http404."""
    key = GroupKey(request.GET.get("fault", ""), request.GET.get("step", ""))
    if not key.fault or "\0" in "".join(key):
        raise Http404
    return key, window_of(request.GET.get("since", ""))


def _show_group(request: HttpRequest, form: NoteForm) -> HttpResponse:
    key, window = _asked(request)
    found, has_more = failure_group(key, window)
    context = {
        **_shown(found, window),
        "window": window,
        "windows": LABELS,
        "has_more": has_more,
        "form": form,
        "note_url": _address(key, window, "staff_note_incident"),
        "families": families(key, window),
        "hit": tiers_and_programs(found.orders),
        "changes": changes_since(found.first, staff_user(request)) if found.first else [],
        "notes": notes_of_group(key),
        **_actions(key),
    }
    status = 422 if form.errors else 200
    page = render(request, "backoffice/failures/group.html", context, status=status)
    return hide_hashes(request, page)


def _address(key: GroupKey, window: Window | None = None, name: str = "staff_failure_group") -> str:
    since = {"since": window.name} if window else {}
    return f"{reverse(name)}?{urlencode(key._asdict() | since)}"


def _shown(group: FailureGroup, window: Window) -> dict[str, Any]:
    """Return a group as templates show it, with the addresses of its page and its orders."""
    in_queue = {"show": "person", "fault": group.key.fault, "step": group.key.step or NO_STEP}
    return {
        "group": group,
        "bars": group.bars(window),
        "url": _address(group.key, window),
        "orders_url": f"{reverse('staff')}?{urlencode(in_queue)}",
    }


def _actions(key: GroupKey) -> dict[str, Any]:
    """Return the orders that are stuck, and what can be done to exactly these."""
    found = stuck_orders(key).select_related("delivered_client").order_by("pk")
    orders = list(found[:AT_ONCE])
    actions = [Action.RETRY] if key.fault == EXHAUSTED else [Action.APPROVE, Action.RETRY]
    possible = [
        (action, [order.pk for order in orders if any_holds(ACTS[action][0], order)])
        for action in actions
    ]
    return {
        "orders": orders[:SHOWN],
        "actions": [(action, numbers) for action, numbers in possible if numbers],
        "at_once": AT_ONCE,
    }
