"""Deleting one's account: at once, or as soon as no client needs its client_admin any more."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts import member_access as access
from portal.accounts.held_clients import held_clients
from portal.accounts.member_forms import AppointmentForm, DeleteForm
from shop.orders.order_erasure import orders_for
from shop.orders.states import FINISHED
from shop.tenancy.appointment_requests import ask_to_appoint
from shop.tenancy.deletion_wishes import delete_when_possible, undo_wish
from shop.tenancy.departure_rows import DeletionWish
from shop.tenancy.erasure import NotErasableError, emails_of


@access.recent_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Explain what is deleted, what is kept, and what stands in the way; POST deletes the account.

    Where a client still needs its client_admin, it keeps the wish instead.
    """
    user = access.member(request)
    form = DeleteForm(access.post_data(request))
    if form.is_valid():
        try:
            deleted = delete_when_possible(user)
        except NotErasableError:
            # The page explains the reason and what to do about it.
            return redirect("portal_delete_account")
        if deleted:
            logout(request)
            messages.success(
                request, _("Your account is deleted. Thank you for having been with us.")
            )
            return redirect("tiers")
        messages.success(
            request, _("We'll delete your account as soon as nothing depends on it any more.")
        )
        return redirect("portal_delete_account")
    context = {
        "form": form,
        "held": held_clients(user),
        "wish": DeletionWish.objects.filter(user=user).first(),
        "appointment_form": AppointmentForm(auto_id=False),
        "under_way": orders_for(user, emails_of(user)).exclude(state__in=FINISHED).count(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/delete_account.html", context, status=status)


@access.member_required
@require_POST
def keep_account(request: HttpRequest) -> HttpResponse:
    """Undo the wish to be deleted."""
    if undo_wish(access.member(request)):
        messages.success(request, _("Your account stays."))
    return redirect("portal_my_data")


@access.member_required
@require_POST
def ask_for_successor(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask staff to appoint somebody else as client_admin."""
    user = access.member(request)
    found = get_object_or_404(access.clients_of(user), pk=pk)
    form = AppointmentForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else request.POST.get("note", "")
    # What the form refuses does not keep somebody from asking.
    ask_to_appoint(found, user, note.replace("\0", "")[:1000])
    messages.success(
        request,
        _("We have received your request and will get back to you by the next working day."),
    )
    return redirect("portal_delete_account")
