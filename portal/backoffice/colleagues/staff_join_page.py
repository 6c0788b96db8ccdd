"""The page behind the link that invites a colleague: GET uses nothing up, POST joins."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.backoffice.audit_log import Act, record
from shop.new_member_form import NewMemberForm
from shop.tenancy.email_addresses import mark_verified
from shop.tenancy.invitations import LinkError
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.staff_invitations import (
    join_staff_as_known,
    join_staff_as_new,
    read_staff_join_token,
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_back_office(request: HttpRequest, token: str) -> HttpResponse:
    """Let the recipient of this link join the back office.

    Whoever is known already accepts signed in. The back office itself then asks for the factor.
    """
    response = _join(request, token)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _join(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation = read_staff_join_token(token)
    except LinkError as problem:
        return _show_problem(request, problem.reason)
    user = invitation.user
    if request.user.is_authenticated and not (user.is_known and request.user == user):
        if request.method == "POST" and "sign_out" in request.POST:
            logout(request)
            return redirect(request.get_full_path())
        return _show_known(request, invitation)
    return (_join_known if user.is_known else _join_new)(request, invitation)


def _join_new(request: HttpRequest, invitation: StaffInvitation) -> HttpResponse:
    user = invitation.user
    form = NewMemberForm(user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            joined = join_staff_as_new(invitation, form.new_member())
            if joined:
                mark_verified(user)
                record(user, user, Act.JOINED)
        if not joined:
            # Lost a race: look up again what the link is good for.
            return redirect(request.get_full_path())
        way_on = resolve_url("mfa_add_webauthn" if form.by_passkey else "staff")
        # Signed in through allauth, which lists sessions; the link has verified the address.
        answer: HttpResponse = perform_login(
            request, user, email_verification="none", redirect_url=way_on
        )
        record_authentication(request, user, method="invitation")
        if not form.by_passkey:
            # They have just set the password: setting up a factor need not ask for it again.
            record_authentication(request, user, method="password", reauthenticated=True)
        return answer
    context = {"invitation": invitation, "form": form, "email": user.email}
    status = 422 if form.errors else 200
    return render(request, "backoffice/join.html", context, status=status)


def _join_known(request: HttpRequest, invitation: StaffInvitation) -> HttpResponse:
    if request.method != "POST" or not isinstance(request.user, User):
        return _show_known(request, invitation)
    with transaction.atomic():
        joined = join_staff_as_known(invitation)
        if joined:
            record(request.user, request.user, Act.JOINED)
    if not joined:
        return _show_problem(request, LinkError.Reason.USED)
    messages.success(request, _("Welcome to the back office."))
    return redirect("staff")


def _show_known(request: HttpRequest, invitation: StaffInvitation) -> HttpResponse:
    path = urlencode({"next": request.get_full_path()})
    context = {
        "invitation": invitation,
        "is_theirs": request.user == invitation.user,
        "sign_in": f"{reverse('account_login')}?{path}",
    }
    return render(request, "backoffice/join_known.html", context)


def _show_problem(request: HttpRequest, reason: LinkError.Reason) -> HttpResponse:
    if reason == LinkError.Reason.USED and getattr(request.user, "is_staff", False):
        return redirect("staff")
    status = 404 if reason == LinkError.Reason.DAMAGED else 410
    context = {"reason": reason.value}
    return render(request, "backoffice/join_problem.html", context, status=status)
