"""Personal access tokens (`admin_user_access_token` of orders), and consent to applications."""

import time
from datetime import timedelta

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import member_access as access
from portal.accounts.member_forms import TokenForm
from shop.access.tokens import (
    BILLING,
    READ,
    WRITE,
    end_access,
    issue,
    last_used,
    live_tokens_of,
    personal_tokens_of,
    programs_of,
    revoke_access,
)
from shop.notifications.emails.queue import queue_security_notice
from shop.tenancy.models import User

RESET = "password_reset"  # in the session: the user's id, and when


@access.member_required
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """List the member's tokens, and the applications that may act in their name."""
    user = access.member(request)
    page = access.page_of(request, personal_tokens_of(user))
    context = {
        "page": page,
        "tokens": [(token, last_used(token)) for token in page],
        "programs": programs_of(user),
        "companies": access.clients_of(user)[: access.A_PAGE],
        "now": timezone.now(),
    }
    return render(request, "accounts/tokens.html", context)


@access.recent_login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Issue a token; the response shows its value once."""
    form = TokenForm(access.post_data(request))
    if not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "accounts/new_token.html", {"form": form}, status=status)
    name, days = form.cleaned_data["name"], form.cleaned_data["days"]
    expires_at = timezone.now() + timedelta(days=days) if days else None
    scopes = (READ, WRITE, BILLING) if form.cleaned_data["billing"] else (READ, WRITE)
    user = access.member(request)
    with transaction.atomic():
        value = issue(name, holder=user, scopes=scopes, expires_at=expires_at)
        ip = get_adapter(request).get_client_ip(request)
        queue_security_notice(user, "token_made", user.email, ip=ip)
    return render(request, "accounts/token_shown.html", {"shown": [(name, value)]})


@require_http_methods(["GET", "HEAD", "POST"])
def password_reset_done(request: HttpRequest) -> HttpResponse:
    """Name the tokens that outlive a reset of the password; POST ends them all."""
    user = _whose_password_was_reset(request)
    if user and request.method == "POST":
        if end_access(user):
            messages.success(request, _("All of them are ended."))
        return redirect("account_reset_password_from_key_done")
    context = {
        "tokens": live_tokens_of(user) if user else [],
        "programs": programs_of(user) if user else [],
    }
    return TemplateResponse(request, "account/password_reset_from_key_done.html", context)


def _whose_password_was_reset(request: HttpRequest) -> User | None:
    """Return the user who has reset their password in this browser a moment ago."""
    number, at = request.session.get(RESET, (None, 0))
    is_recent = time.time() - at < app_settings.REAUTHENTICATION_TIMEOUT
    return User.objects.filter(pk=number).first() if number and is_recent else None


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain the revocation of a token; POST does it."""
    mine = personal_tokens_of(access.member(request)).filter(pk=pk)
    if request.method != "POST":
        context = {"name": get_object_or_404(mine).data["name"]}
        return render(request, "accounts/revoke_token.html", context)
    # Revoking twice is no error.
    mine.delete()
    messages.success(request, _("The token is revoked."))
    return redirect("portal_tokens")


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_program(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain withdrawing consent from an application; POST does it."""
    user = access.member(request)
    application = get_object_or_404(programs_of(user), pk=pk)
    if request.method != "POST":
        return render(request, "accounts/revoke_program.html", {"name": application.name})
    revoke_access(user, application)
    messages.success(request, _("The program can no longer act in your name."))
    return redirect("portal_tokens")
