"""Export of a member's data, and deletion of their account."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.data_export import export
from portal.accounts.member_access import (
    clients_of,
    member,
    member_required,
    post_data,
    recent_login_required,
)
from portal.accounts.member_forms import DeleteForm
from shop.orders.order_erasure import orders_for
from shop.orders.states import FINISHED
from shop.tenancy.erasure import NotErasableError, StillAdministersError, emails_of, erase_user


@member_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """Offer to export the data or to delete the account."""
    return render(request, "accounts/my_data.html", {"clients": clients_of(member(request))})


@recent_login_required
@require_safe
def export_data(request: HttpRequest) -> HttpResponse:
    """Download all data of the member as JSON."""
    answer = JsonResponse(
        export(member(request)), json_dumps_params={"indent": 2, "ensure_ascii": False}
    )
    answer["Content-Disposition"] = 'attachment; filename="slate-my-data.json"'
    return answer


@recent_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: HttpRequest) -> HttpResponse:
    """Explain what is deleted and what is kept; POST deletes the account."""
    user = member(request)
    form = DeleteForm(post_data(request))
    if form.is_valid():
        try:
            erase_user(user)
        except (StillAdministersError, NotErasableError):
            # The page explains the reason and what to do about it.
            return redirect("portal_delete_account")
        logout(request)
        messages.success(request, _("Your account is deleted. Thank you for having been here."))
        return redirect("tiers")
    under_way = orders_for(user, emails_of(user)).exclude(state__in=FINISHED)
    context = {
        "form": form,
        "clients": clients_of(user),
        "under_way": under_way.count(),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/delete_account.html", context, status=status)
