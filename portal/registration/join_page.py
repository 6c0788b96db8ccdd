"""The page behind the e-mailed link: GET shows a form and uses nothing up, POST joins."""

from dataclasses import replace

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.utils import perform_login
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth, flows
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from portal.registration.join_form import JoinForm
from portal.registration.order_access import PageOrder, find_order
from portal.registration.status_page import OrderStatus
from portal.registration.welcome import welcome
from shop.orders.models import Order, State
from shop.orders.parties import inviter_of, terms_agreed_to_by
from shop.secret_pages import private
from shop.tenancy.email_addresses import mark_verified
from shop.tenancy.invitations import LinkError, read_join_token
from shop.tenancy.joining import LoginTakenError, NewMember, join_as_known, join_as_new
from shop.tenancy.models import Invitation, User


@private
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, order_hash: str, token: str) -> HttpResponse:
    """Let the recipient of this link join."""
    order = find_order(order_hash)
    try:
        invitation = _invitation(order, token)
    except LinkError as problem:
        return _show_problem(request, order, problem.reason)
    user = invitation.membership.user
    is_known = _is_known(user)
    if request.user.is_authenticated and not (is_known and request.user == user):
        return _ask_to_sign_out(request, order, invitation)
    return (_join_known if is_known else _join_new)(request, order, invitation)


@private
@require_safe
def passkey_options(request: HttpRequest, order_hash: str, token: str) -> HttpResponse:
    """Begin to create a passkey for the recipient of this link; 410 if it lets nobody new in.

    Only once the button is pressed: what only looks at the link, as mail gateways do, gets no session.
    """
    order = find_order(order_hash)
    try:
        user = _invitation(order, token).membership.user
    except LinkError:
        return JsonResponse({}, status=410)
    if _is_known(user) or request.user.is_authenticated:
        return JsonResponse({}, status=410)
    return JsonResponse({"creation_options": auth.begin_registration(user, passwordless=True)})


def _invitation(order: PageOrder, token: str) -> Invitation:
    """Return the invitation that the link is for. Raises LinkError."""
    invitation = read_join_token(token, order.invitation)
    if order.state != State.PACKED:
        raise LinkError(LinkError.Reason.WITHDRAWN)
    return invitation


def _is_known(user: User) -> bool:
    # Staff accounts do not join through orders.
    return user.is_known or user.is_staff


def _join_new(request: HttpRequest, order: PageOrder, invitation: Invitation) -> HttpResponse:
    user = invitation.membership.user
    agreed = terms_agreed_to_by(user, order)
    form = JoinForm(user, order, agreed, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            joined = _let_in(invitation, form.new_member())
            if joined:
                mark_verified(user)
            passkey = _add_passkey(request, user, form) if joined else None
        if not joined:
            # Lost a race: look up again what the link is good for.
            return redirect(request.get_full_path())
        welcome(request, order, invitation)
        return _sign_in(request, user, passkey)
    context = {**_greeting(order, invitation), "form": form, "email": user.email}
    context["passkey_url"] = f"{request.path}passkey/"
    status = 409 if form.is_outdated else 422 if form.errors else 200
    return render(request, "registration/join.html", context, status=status)


def _let_in(invitation: Invitation, new: NewMember) -> bool:
    """Join as somebody new; without the login if it was taken a moment ago."""
    try:
        return join_as_new(invitation, new)
    except LoginTakenError:
        return join_as_new(invitation, replace(new, login=""))


def _add_passkey(request: HttpRequest, user: User, form: JoinForm) -> Authenticator | None:
    """Store the passkey that the device has made, by the name of its browser."""
    credential = form.cleaned_data["credential"]
    if not credential:
        return None
    name = get_adapter().generate_authenticator_name(user, Authenticator.Type.WEBAUTHN)
    passkey: Authenticator = flows.signup_authenticator(request, user, name, credential)
    return passkey


def _sign_in(request: HttpRequest, user: User, passkey: Authenticator | None) -> HttpResponse:
    """Sign the new member in through allauth, which lists sessions and asks for second factors."""
    home = resolve_url("portal")
    answer: HttpResponse
    if passkey:
        answer = flows.perform_passwordless_login(
            request, passkey, Login(user=user, redirect_url=home)
        )
        return answer
    # The link has verified the address.
    answer = perform_login(request, user, email_verification="none", redirect_url=home)
    record_authentication(request, user, method="invitation")
    return answer


def _join_known(request: HttpRequest, order: PageOrder, invitation: Invitation) -> HttpResponse:
    if request.method == "POST" and request.user.is_authenticated:
        if not join_as_known(invitation):
            return _show_problem(request, order, LinkError.Reason.USED)
        welcome(request, order, invitation)
        return redirect("portal")
    context = {
        **_greeting(order, invitation),
        "signed_in_as_member": request.user.is_authenticated,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}",
    }
    return render(request, "registration/join_known.html", context)


def _greeting(order: Order, invitation: Invitation) -> dict[str, object]:
    """Return what every page behind the link says: into which project, and who invites."""
    return {"order": order, "invitation": invitation, "inviter": inviter_of(order)}


def _ask_to_sign_out(request: HttpRequest, order: Order, invitation: Invitation) -> HttpResponse:
    if request.method == "POST" and "sign_out" in request.POST:
        logout(request)
        return redirect(request.get_full_path())
    context = {**_greeting(order, invitation), "signed_in_as_member": False}
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
