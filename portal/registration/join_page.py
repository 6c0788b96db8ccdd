"""The page behind the e-mailed link: GET shows a form and uses nothing up, POST joins."""

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
from portal.registration.order_access import find_order, private
from shop.content.terms_field import without_outdated_tick
from shop.orders.basket import current_terms
from shop.orders.models import Order, State
from shop.tenancy.email_addresses import mark_verified
from shop.tenancy.invitations import LinkError, read_join_token
from shop.tenancy.joining import LoginTakenError, join_as_known, join_as_new
from shop.tenancy.models import Invitation, User


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
    if user.is_known or user.is_staff:
        return _join_known(request, order, invitation, user)
    return _join_new(request, order, invitation, user)


def _join_new(
    request: HttpRequest, order: Order, invitation: Invitation, user: User
) -> HttpResponse:
    if request.user.is_authenticated:
        return _ask_to_sign_out(request, order, invitation)
    form, outdated = _join_form(request, order, user)
    if form.is_valid():
        try:
            with transaction.atomic():
                joined = join_as_new(invitation, form.new_member())
                if joined:
                    mark_verified(user)
        except LoginTakenError:
            form.add_error("user_login", _("Please choose another login; this one is taken."))
        else:
            if not joined:
                # Lost a race: look up again what the link is good for.
                return redirect(request.get_full_path())
            _welcome(request, invitation)
            # Signed in through allauth, which lists sessions; the link has verified the address.
            way_on = resolve_url("mfa_add_webauthn" if form.by_passkey else "portal")
            answer: HttpResponse = perform_login(
                request, user, email_verification="none", redirect_url=way_on
            )
            return answer
    context = {"order": order, "invitation": invitation, "form": form, "email": user.email}
    status = 409 if outdated else 422 if form.errors else 200
    return render(request, "registration/join.html", context, status=status)


def _join_form(request: HttpRequest, order: Order, user: User) -> tuple[JoinForm, bool]:
    """Build the form, with a checkbox if the terms have changed since."""
    terms = current_terms()
    if request.method != "POST":
        return JoinForm(user, order, terms), False
    data, outdated = without_outdated_tick(request.POST, terms)
    form = JoinForm(user, order, terms, data)
    if outdated:
        form.fields["terms"].error_messages["required"] = _(
            "The terms have changed while you were looking. Nothing is lost. "
            "Please read them again and tick the box if you agree."
        )
    return form, outdated


def _join_known(
    request: HttpRequest, order: Order, invitation: Invitation, user: User
) -> HttpResponse:
    if request.user.is_authenticated and request.user != user:
        return _ask_to_sign_out(request, order, invitation)
    signed_in_as_member = request.user == user
    if request.method == "POST" and signed_in_as_member:
        if not join_as_known(invitation):
            return _show_problem(request, order, LinkError.Reason.USED)
        _welcome(request, invitation)
        return redirect("portal")
    context = {
        "order": order,
        "invitation": invitation,
        "signed_in_as_member": signed_in_as_member,
        "sign_in": f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}",
    }
    return render(request, "registration/join_known.html", context)


def _welcome(request: HttpRequest, invitation: Invitation) -> None:
    text = _("Welcome to %(project)s.")
    messages.success(request, text % {"project": invitation.membership.project.name})


def _ask_to_sign_out(request: HttpRequest, order: Order, invitation: Invitation) -> HttpResponse:
    if request.method == "POST" and "sign_out" in request.POST:
        logout(request)
        return redirect(request.get_full_path())
    context = {"order": order, "invitation": invitation, "signed_in_as_member": False}
    return render(request, "registration/join_known.html", context)


def _show_problem(request: HttpRequest, order: Order, reason: LinkError.Reason) -> HttpResponse:
    invitation = order.invitation
    member = invitation.membership.user if invitation else None
    if reason == LinkError.Reason.USED and member and request.user == member:
        return redirect("portal")
    context = {
        "order": order,
        "reason": reason.value,
        "can_resend": order.state == State.PACKED
        and reason in {LinkError.Reason.EXPIRED, LinkError.Reason.REPLACED},
    }
    status = 404 if reason == LinkError.Reason.DAMAGED else 410
    return render(request, "registration/link_problem.html", context, status=status)
