"""The page behind the e-mailed link: GET shows a form and uses nothing up, POST joins."""

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
from django.views.decorators.http import require_http_methods

from portal.registration.forms import JoinForm
from portal.registration.order_access import PageOrder, find_order
from portal.registration.status_page import OrderStatus
from shop.login_field import taken
from shop.orders.models import Order, State
from shop.orders.reachability import mark_reached
from shop.secret_pages import private
from shop.tenancy.email_addresses import mark_verified
from shop.tenancy.invitations import LinkError, read_join_token
from shop.tenancy.joining import LoginTakenError, join_as_known, join_as_new
from shop.tenancy.models import Invitation
from shop.typed_text import isolated


@private
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, order_hash: str, token: str) -> HttpResponse:
    """Let the recipient of this link join."""
    order = find_order(order_hash)
    try:
        invitation = read_join_token(token, order.invitation)
    except LinkError as problem:
        return _show_problem(request, order, problem.reason)
    if order.state != State.PACKED:
        return _show_problem(request, order, LinkError.Reason.WITHDRAWN)
    user = invitation.membership.user
    # Staff accounts do not join through orders.
    is_known = user.is_known or user.is_staff
    if request.user.is_authenticated and not (is_known and request.user == user):
        return _ask_to_sign_out(request, order, invitation)
    return (_join_known if is_known else _join_new)(request, order, invitation)


def _join_new(request: HttpRequest, order: PageOrder, invitation: Invitation) -> HttpResponse:
    user = invitation.membership.user
    form = JoinForm(user, order, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                joined = join_as_new(invitation, form.new_member())
                if joined:
                    mark_verified(user)
        except LoginTakenError:
            form.add_error("user_login", taken())
        else:
            if not joined:
                # Lost a race: look up again what the link is good for.
                return redirect(request.get_full_path())
            _welcome(request, order, invitation)
            # Signed in through allauth, which lists sessions; the link has verified the address.
            way_on = resolve_url("mfa_add_webauthn" if form.by_passkey else "portal")
            answer: HttpResponse = perform_login(
                request, user, email_verification="none", redirect_url=way_on
            )
            record_authentication(request, user, method="invitation")
            return answer
    context = {"order": order, "invitation": invitation, "form": form, "email": user.email}
    status = 409 if form.is_outdated else 422 if form.errors else 200
    return render(request, "registration/join.html", context, status=status)


def _join_known(request: HttpRequest, order: PageOrder, invitation: Invitation) -> HttpResponse:
    if request.method == "POST" and request.user.is_authenticated:
        if not join_as_known(invitation):
            return _show_problem(request, order, LinkError.Reason.USED)
        _welcome(request, order, invitation)
        return redirect("portal")
    context = {
        "order": order,
        "invitation": invitation,
        "signed_in_as_member": request.user.is_authenticated,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}",
    }
    return render(request, "registration/join_known.html", context)


def _welcome(request: HttpRequest, order: Order, invitation: Invitation) -> None:
    mark_reached(order)
    text = _("Welcome to %(project)s.")
    messages.success(request, text % {"project": isolated(invitation.membership.project.name)})


def _ask_to_sign_out(request: HttpRequest, order: Order, invitation: Invitation) -> HttpResponse:
    if request.method == "POST" and "sign_out" in request.POST:
        logout(request)
        return redirect(request.get_full_path())
    context = {"order": order, "invitation": invitation, "signed_in_as_member": False}
    return render(request, "registration/join_known.html", context)


def _show_problem(request: HttpRequest, order: PageOrder, reason: LinkError.Reason) -> HttpResponse:
    member = order.invitation.membership.user if order.invitation else None
    if reason == LinkError.Reason.USED and request.user == member:
        return redirect("portal")
    project = order.delivered_project
    if reason == LinkError.Reason.WITHDRAWN and project and project.joins_closed_at:
        reason = LinkError.Reason.CLOSED
    is_old = reason in {LinkError.Reason.EXPIRED, LinkError.Reason.REPLACED}
    can_resend = is_old and order.state == State.PACKED
    context = {"order": order, "showing": OrderStatus(order)}
    context |= {"reason": reason.value, "can_resend": can_resend}
    status = 404 if reason == LinkError.Reason.DAMAGED else 410
    return render(request, "registration/link_problem.html", context, status=status)
