"""The credentials of an application: client secret, long-lived tokens, and the signing secret."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.idp.oidc.models import Token
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import member_access as access
from portal.accounts.applications.own_applications import find_application
from shop.access.applications import renew_client_secret
from shop.access.models import Application
from shop.access.owner_acts import OwnerAct, owner_acted
from shop.access.signing_secrets import rotate
from shop.access.tokens import issue, last_used, tokens_of
from shop.notifications.emails.queue import queue_security_notice

LONGEST_LIST = 100


class ApplicationTokenForm(forms.Form):
    """A long-lived token of an application."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=100,
        help_text=gettext_lazy("Where it is used, to tell tokens apart."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Valid for"),
        coerce=int,
        empty_value=None,
        required=False,
        initial=90,
        choices=[
            (30, gettext_lazy("30 days")),
            (90, gettext_lazy("90 days")),
            (365, gettext_lazy("one year")),
            ("", pgettext_lazy("token", "until it is revoked")),
        ],
    )

    def __init__(self, *args: Any, scopes: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 -- it is declared above
        field.choices = [(scope, scope) for scope in scopes]
        field.initial = list(scopes)


@access.member_required
@require_safe
def credentials(request: HttpRequest, pk: int) -> HttpResponse:
    """Show client id, tokens and when the signing secret was made; no secret itself."""
    found = find_application(request, pk)
    issued = tokens_of(found).filter(user=None, data__has_key="name")
    context = {
        "application": found,
        "tokens": [(token, last_used(token)) for token in issued[:LONGEST_LIST]],
        "signing_secret": found.signing_secrets.first(),
        "now": timezone.now(),
    }
    return render(request, "accounts/applications/credentials.html", context)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_application_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a long-lived token of an application; the response shows its value once."""
    return _issue(request, find_application(request, pk))


@access.recent_login_to_see
def _issue(request: HttpRequest, found: Application) -> HttpResponse:
    form = ApplicationTokenForm(access.post_data(request), scopes=found.oauth_client.get_scopes())
    if not form.is_valid():
        context = {"application": found, "form": form}
        status = 422 if form.errors else 200
        return render(request, "accounts/applications/new_token.html", context, status=status)
    name, days = form.cleaned_data["name"], form.cleaned_data["days"]
    with transaction.atomic():
        value = issue(
            name,
            holder=found,
            scopes=tuple(form.cleaned_data["scopes"]),
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        _tell(request, found, OwnerAct.TOKEN_ISSUED, "application_token_made", name)
    return show_once(request, found, _("Your new token"), [(name, value)])


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_application_token(request: HttpRequest, pk: int, token: int) -> HttpResponse:
    """Explain the revocation of an application's token; POST does it."""
    found = find_application(request, pk)
    issued = tokens_of(found).filter(user=None, data__has_key="name", pk=token)
    if request.method != "POST":
        name = get_object_or_404(issued).data["name"]
        context = {"application": found, "name": name}
        return render(request, "accounts/applications/revoke_token.html", context)
    return _revoke(request, found, issued.first())


@access.recent_login_to_post
def _revoke(request: HttpRequest, found: Application, token: Token | None) -> HttpResponse:
    # Revoking twice is no error.
    with transaction.atomic():
        if token is not None and token.delete()[0]:
            owner_acted.send(
                Application,
                application=found,
                user=access.member(request),
                act=OwnerAct.TOKEN_REVOKED,
                note=token.data["name"],
            )
    messages.success(request, _("The token is revoked."))
    return redirect("portal_credentials", found.pk)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def client_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain what a new client secret ends; POST makes it and shows it once."""
    found = find_application(request, pk)
    if request.method != "POST":
        context = {"application": found}
        return render(request, "accounts/applications/client_secret.html", context)
    return _renew_client_secret(request, found)


@access.recent_login_to_post
def _renew_client_secret(request: HttpRequest, found: Application) -> HttpResponse:
    with transaction.atomic():
        secret = renew_client_secret(found)
        _tell(request, found, OwnerAct.CLIENT_SECRET_RENEWED, "client_secret_renewed")
    return show_once(request, found, _("Your new client_secret"), [("client_secret", secret)])


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def signing_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain how long the old signing secret counts; POST makes a new one and shows it once."""
    found = find_application(request, pk)
    if request.method != "POST":
        context = {"application": found, "has_one": found.signing_secrets.exists()}
        return render(request, "accounts/applications/signing_secret.html", context)
    return _renew_signing_secret(request, found)


@access.recent_login_to_post
def _renew_signing_secret(request: HttpRequest, found: Application) -> HttpResponse:
    with transaction.atomic():
        secret = rotate(found)
        _tell(request, found, OwnerAct.SECRET_RENEWED, "signing_secret_renewed")
    return show_once(request, found, _("Your new signing secret"), [(_("Signing secret"), secret)])


def show_once(
    request: HttpRequest,
    application: Application,
    title: str,
    shown: Sequence[tuple[str, str]],
    back: str = "",
) -> HttpResponse:
    """Show secrets this once; `back` is where the reader goes on, the credentials by default."""
    context = {"application": application, "title": title, "shown": shown, "back": back}
    return render(request, "accounts/applications/shown_once.html", context)


def notify_owner(request: HttpRequest, what: str) -> None:
    """Queue the notice to the member that `what` was done in their name."""
    user = access.member(request)
    ip = get_adapter(request).get_client_ip(request)
    queue_security_notice(user, what, user.email, ip=ip)


def _tell(
    request: HttpRequest, application: Application, act: OwnerAct, what: str, note: str = ""
) -> None:
    notify_owner(request, what)
    user = access.member(request)
    owner_acted.send(Application, application=application, user=user, act=act, note=note)
