"""Partners' applications: create them, manage their tokens and signing secrets."""

from datetime import timedelta

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.backoffice.audit_log import Act, record
from portal.backoffice.confirmation import ask_first
from portal.backoffice.partners.application_forms import ApplicationForm, TokenForm
from portal.backoffice.partners.application_page import (
    CHANGE,
    LOOK,
    find_application_row,
    listed_applications,
    show_application,
)
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.access.applications import create_application, switch
from shop.access.models import Application
from shop.access.signing_secrets import OVERLAP, rotate
from shop.access.tokens import issue, tokens_of
from shop.orders.models import Order
from shop.orders.states import FINISHED, UNDER_WAY
from shop.typed_text import isolated


@permission_required(LOOK)
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """List all applications by name."""
    context = {"applications": listed_applications()}
    return render(request, "backoffice/partners/applications.html", context)


@permission_required("access.add_application")
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def new_application(request: HttpRequest) -> HttpResponse:
    """Create an application; the response shows its secrets once."""
    form = ApplicationForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(
            request, "backoffice/partners/application_form.html", {"form": form}, status=status
        )
    with transaction.atomic():
        application, secret = create_application(**form.cleaned_data, demo=settings.DEMO)
        signing_secret = rotate(application)
        record(staff_user(request), application, Act.MADE)
    shown = [(_("Client secret"), secret), (_("Signing secret"), signing_secret)]
    return show_application(request, application, shown=shown)


@permission_required(CHANGE)
@require_POST
@recent_factor_required
def issue_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue a long-lived token; the response shows its value once."""
    found = find_application_row(pk)
    form = TokenForm(request.POST, scopes=found.oauth_client.get_scopes())
    if not form.is_valid():
        return show_application(request, found, refused=form)
    name, days = form.cleaned_data["name"], form.cleaned_data["days"]
    with transaction.atomic():
        value = issue(
            name,
            holder=found,
            scopes=tuple(form.cleaned_data["scopes"]),
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        record(staff_user(request), found, Act.TOKEN_ISSUED, name)
    return show_application(request, found, shown=[(_("Token"), value)])


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def revoke_token(request: HttpRequest, pk: int, token: int) -> HttpResponse:
    """Ask before a token is revoked; POST does it."""
    application = find_application_row(pk)
    found = tokens_of(application).filter(pk=token).first()
    if request.method != "POST" and found is not None:
        return _ask_to_revoke(request, application, found)
    with transaction.atomic():
        if found is not None and found.delete()[0]:
            name = (found.data or {}).get("name", "OAuth")
            record(staff_user(request), application, Act.TOKEN_REVOKED, name)
            messages.success(request, _("The token is revoked."))
        else:
            messages.warning(request, _("This token has already been revoked."))
    return redirect("staff_application", pk)


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def renew_signing_secret(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask before a new signing secret is made; the response to a POST shows it once."""
    found = find_application_row(pk)
    if request.method != "POST":
        return _ask_for_new_secret(request, found)
    with transaction.atomic():
        secret = rotate(found)
        record(staff_user(request), found, Act.SECRET_RENEWED)
    return show_application(request, found, shown=[(_("Signing secret"), secret)])


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def switch_application(request: HttpRequest, pk: int, *, on: bool) -> HttpResponse:
    """Refuse all tokens of an application, which keeps them, or accept them again.

    Asks before an application is switched off.
    """
    found = find_application_row(pk)
    if request.method != "POST":
        return redirect("staff_application", pk) if on else _ask_to_switch_off(request, found)
    with transaction.atomic():
        won = switch(found, on=on)
        if won:
            record(staff_user(request), found, Act.SWITCHED_ON if on else Act.SWITCHED_OFF)
    if not won:
        messages.warning(request, _("Somebody else was faster. This is the current state."))
    elif on:
        messages.success(
            request, _("The application is switched on: its tokens are accepted again.")
        )
    else:
        messages.success(request, _("The application is switched off: its tokens are refused."))
    return redirect("staff_application", pk)


def _ask_to_revoke(request: HttpRequest, application: Application, token: Token) -> HttpResponse:
    waiting = Order.objects.filter(token=token).exclude(state__in=FINISHED).count()
    orders = ngettext(
        "%(number)s order uses it and is not set up yet: staff will have to review it.",
        "%(number)s orders use it and are not set up yet: staff will have to review them.",
        waiting,
    )
    name = (token.data or {}).get("name", "OAuth")
    return ask_first(
        request,
        _("Revoke the token “%(name)s”?") % {"name": isolated(name)},
        [
            _(
                "From now on, calls with it are refused. This cannot be undone; issue a new token "
                "if one is needed."
            ),
            orders % {"number": waiting} if waiting else "",
        ],
        button=_("Revoke the token"),
        destroys=True,
        back=reverse("staff_application", args=[application.pk]),
    )


def _ask_for_new_secret(request: HttpRequest, application: Application) -> HttpResponse:
    hours = OVERLAP // timedelta(hours=1)
    ends = ngettext(
        "The old secret expires in %(hours)s hour; until then webhooks are signed with both.",
        "The old secret expires in %(hours)s hours; until then webhooks are signed with both.",
        hours,
    )
    return ask_first(
        request,
        _("Create a new signing secret for %(name)s?") % {"name": isolated(application.name)},
        [
            _(
                "The new secret is shown only once, on the next page. Pass it on to the partner "
                "right away."
            ),
            ends % {"hours": hours} if application.signing_secrets.exists() else "",
            _("A partner that has not entered the new one by then will refuse our webhooks."),
        ],
        button=_("Create a new signing secret"),
        back=reverse("staff_application", args=[application.pk]),
    )


def _ask_to_switch_off(request: HttpRequest, application: Application) -> HttpResponse:
    waiting = Order.objects.filter(application=application, state__in=UNDER_WAY).count()
    orders = ngettext(
        "%(number)s order that it placed is not finished: the partner is not told how it ends.",
        "%(number)s orders that it placed are not finished: the partner is not told how they end.",
        waiting,
    )
    return ask_first(
        request,
        _("Switch %(name)s off?") % {"name": isolated(application.name)},
        [
            _("All its tokens are refused from now on, and its webhooks fail."),
            orders % {"number": waiting} if waiting else "",
            _("It can be switched on again; webhooks that were given up can be sent again."),
        ],
        button=_("Switch the application off"),
        destroys=True,
        back=reverse("staff_application", args=[application.pk]),
    )
