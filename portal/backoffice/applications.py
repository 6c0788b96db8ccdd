"""Partners' applications: make them, issue and revoke their tokens, renew what they sign with."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.doors import for_staff
from portal.backoffice.forms import ApplicationForm, TokenForm
from shop.access.applications import create_application
from shop.access.models import Application
from shop.access.signing import OVERLAP, rotate
from shop.access.tokens import issue, last_used, tokens_of

LONGEST_LIST = 200
# What is shown once: its name and its value.
Secrets = list[tuple[str, str]]


@for_staff
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """All programs, by name."""
    return render(request, "backoffice/applications.html", {"applications": _applications()})


@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def new_application(request: HttpRequest) -> HttpResponse:
    """Make a program; the answer shows its secrets, once."""
    form = ApplicationForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "backoffice/application_form.html", {"form": form}, status=status)
    application, secret = create_application(
        form.cleaned_data["name"],
        owner=form.cleaned_data["owner"],
        redirect_uris=form.cleaned_data["redirect_uris"],
        scopes=form.cleaned_data["scopes"],
        demo=settings.DEMO,
    )
    return _show(
        request,
        application,
        shown=[(_("Client secret"), secret), (_("Signing secret"), rotate(application))],
    )


@for_staff
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One program and its tokens."""
    return _show(request, _find(pk))


@for_staff
@require_POST
def issue_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a long-lived token; the answer shows its value, once."""
    found = _find(pk)
    form = TokenForm(request.POST, scopes=found.oauth_client.get_scopes())
    if not form.is_valid():
        return _show(request, found, form=form, status=422)
    days = form.cleaned_data["days"]
    value = issue(
        form.cleaned_data["name"],
        holder=found,
        scopes=tuple(form.cleaned_data["scopes"]),
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    return _show(request, found, shown=[(_("Token"), value)])


@for_staff
@require_POST
def revoke_token(request: HttpRequest, pk: int, token: int) -> HttpResponse:
    """Revoke a token: orders that it was named in and that wait are not packed any more."""
    tokens_of(_find(pk)).filter(pk=token).delete()
    messages.success(request, _("The token is revoked."))
    return redirect("staff_application", pk)


@for_staff
@require_POST
def renew_signing_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new signing secret; the answer shows it, once."""
    found = _find(pk)
    return _show(request, found, shown=[(_("Signing secret"), rotate(found))])


def _applications() -> QuerySet[Application]:
    found = Application.objects.select_related("oauth_client__owner")
    return found if settings.DEMO else found.filter(demo=False)


def _find(pk: int) -> Application:
    return get_object_or_404(_applications(), pk=pk)


def _show(
    request: HttpRequest,
    application: Application,
    *,
    form: TokenForm | None = None,
    shown: Secrets | None = None,
    status: int = 200,
) -> HttpResponse:
    client = application.oauth_client
    secrets = list(application.signing_secrets.all())
    context = {
        "application": application,
        "scopes": client.get_scopes(),
        "redirect_uris": client.get_redirect_uris(),
        "form": form or TokenForm(scopes=client.get_scopes()),
        "shown": shown,
        "now": timezone.now(),
        "tokens": [(each, last_used(each)) for each in tokens_of(application)[:LONGEST_LIST]],
        "signing_secret": secrets[0] if secrets else None,
        "overlap_hours": OVERLAP // timedelta(hours=1),
    }
    return render(request, "backoffice/application.html", context, status=status)
