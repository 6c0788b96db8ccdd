"""Changes of a client by staff: its name, its administrator, notes about it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.backoffice import undo
from portal.backoffice.audit_log import Act, record
from portal.backoffice.clients.client_forms import AppointForm, ClientNoteForm, RenameForm
from portal.backoffice.clients.client_notes import (
    add_note,
    delete_note,
    notes_of,
    restore_note,
)
from portal.backoffice.clients.client_page import find_client, show_client
from portal.backoffice.confirmation import ask_first
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.row_pages import read_key
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.tenancy.client_admins import appoint, successors
from shop.tenancy.client_names import rename_for
from shop.tenancy.models import Client, User
from shop.typed_text import isolated

CHANGE = "tenancy.change_client"


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a client another name, on POST; it can be undone."""
    found = find_client(pk)
    if request.method != "POST":
        return redirect("staff_client", pk)
    form = RenameForm(request.POST)
    if not form.is_valid():
        return show_client(request, found, rename_form=form)
    name, before = form.cleaned_data["client_name"], form.cleaned_data["before"]
    if _rename(pk, before, name, staff_user(request)):
        undo.offer(request, _("The client is renamed."), "rename", pk=pk, old=before, new=name)
    elif found.name != name:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    return redirect("staff_client", pk)


@undo.undoable("rename", permission=CHANGE)
def set_name_back(staff: User, details: dict[str, Any]) -> bool:
    """Give the client the name it had, unless it has got a third one."""
    return _rename(details["pk"], details["new"], details["old"], staff)


def _rename(pk: int, before: str, name: str, staff: User) -> bool:
    found = Client.objects.filter(pk=pk, name=before).first()
    with transaction.atomic():
        if found is None or not rename_for(found, name):
            return False
        record(staff, found, Act.RENAMED, changes=[(gettext_lazy("Name"), before, name)])
    return True


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def hand_client_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask who will administer a client, and before that changes; POST does it."""
    found = find_client(pk)
    if request.method != "POST":
        # A member's row names them by number: no URL holds an address.
        to = read_key(request.GET.get("to", ""))
        person = successors(found).filter(pk=int(to)).first() if to else None
        initial = {"instead_of": found.client_admin_id, "user": person.email if person else ""}
        return _ask_to_appoint(request, found, AppointForm(initial=initial))
    form = AppointForm(request.POST)
    if not form.is_valid():
        return _ask_to_appoint(request, found, form)
    user, before = form.cleaned_data["user"], found.client_admin_id
    with transaction.atomic():
        done = form.cleaned_data["instead_of"] == before
        done = done and appoint(found, user, staff_user(request))
        if done:
            record(staff_user(request), found, Act.APPOINTED, f"{before} → {user.pk}")
    if done:
        text = _("%(who)s now administers the client.")
        messages.success(request, text % {"who": isolated(user)})
    else:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    return redirect("staff_client", pk)


def _ask_to_appoint(request: HttpRequest, client: Client, form: AppointForm) -> HttpResponse:
    names = {"client": isolated(client.name), "admin": isolated(client.client_admin)}
    return ask_first(
        request,
        _("Hand %(client)s over?") % names,
        [
            _("%(admin)s administers %(client)s. Exactly one person administers a client.") % names,
            _("They stay a member of the projects that they have joined."),
            _("The new administrator can invite and remove members, change and cancel contracts."),
        ],
        button=_("Hand over"),
        back=reverse("staff_client", args=[client.pk]),
        form=form,
    )


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def add_client_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a note about a client, on POST."""
    found = find_client(pk)
    if request.method != "POST":
        return redirect("staff_client", pk)
    form = ClientNoteForm(request.POST)
    if not form.is_valid():
        return show_client(request, found, note_form=form)
    add_note(found, staff_user(request), form.cleaned_data["text"])
    messages.success(request, _("Note saved."))
    return redirect("staff_client", pk)


@permission_required(MEND)
@require_http_methods(["GET", "HEAD", "POST"])
def delete_client_note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Delete one's own note about a client, on POST; it can be undone."""
    found, staff = find_client(pk), staff_user(request)
    if request.method != "POST":
        return redirect("staff_client", pk)
    mine = get_object_or_404(notes_of(found), pk=note, author=staff)
    if delete_note(mine, staff):
        undo.offer(request, _("The note is deleted."), "delete_client_note", note=mine.pk)
    return redirect("staff_client", pk)


@undo.undoable("delete_client_note", permission=MEND)
def put_note_back(staff: User, details: dict[str, Any]) -> bool:
    """Show the note that its author has just deleted again."""
    return restore_note(details["note"], staff)
