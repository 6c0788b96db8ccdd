"""Edit an application: what follows is said, and confirmed, before anything is taken away."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from portal.backoffice.audit_log import Act, record
from portal.backoffice.partners.application_forms import ApplicationForm
from portal.backoffice.partners.application_page import CHANGE, find_application_row
from portal.backoffice.staff_access import (
    permission_required,
    recent_factor_required,
    staff_user,
)
from shop.access.applications import change_application, tokens_with
from shop.access.models import Application
from shop.row_locks import lock_rows
from shop.tenancy.models import User
from shop.typed_text import isolated

# As the page of the application has them; the history translates them.
LABELS = ("Name", "Owner", "Redirect URIs", "Scopes", "Calls a second", "Calls at once")


@dataclass(frozen=True)
class ApplicationFields:
    """The fields of an application that staff edit."""

    name: str
    owner: User | None
    redirect_uris: Sequence[str]
    scopes: Sequence[str]
    rate: int | None
    burst: int | None

    @property
    def digest(self) -> str:
        """Return a digest, to notice that somebody else has changed it, or what was confirmed."""
        owner = self.owner.pk if self.owner else None
        lists = list(self.redirect_uris), sorted(self.scopes)
        text = repr((self.name, owner, *lists, self.rate, self.burst))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@permission_required(CHANGE)
@require_http_methods(["GET", "HEAD", "POST"])
@recent_factor_required
def edit_application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form; a POST that takes something away asks once more before it is carried out."""
    found = find_application_row(pk)
    before = _fields_of(found)
    if request.method != "POST":
        return _show_form(request, found, ApplicationForm(initial=_initial(before)), before)
    form = ApplicationForm(request.POST)
    if not form.is_valid():
        return _show_form(request, found, form, before, status=422)
    if request.POST.get("seen") != before.digest:
        form.add_error(None, _("Somebody else has changed the application. Please check again."))
        return _show_form(request, found, form, before, status=422)
    wanted = ApplicationFields(**form.cleaned_data)
    meaning = list(_meaning(found, before, wanted))
    if meaning and request.POST.get("confirmed") != wanted.digest:
        further: dict[str, Any] = {"meaning": meaning, "confirmed": wanted.digest}
        return _show_form(request, found, form, before, **further)
    if _change(staff_user(request), found, before, wanted):
        messages.success(request, _("The application is changed."))
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect("staff_application", pk)


def _change(
    staff: User, application: Application, before: ApplicationFields, wanted: ApplicationFields
) -> bool:
    """Change what differs and record old and new values; False if nothing does."""
    if wanted.digest == before.digest:
        return False
    with transaction.atomic():
        lock_rows(Application.objects.filter(pk=application.pk))
        change_application(
            application,
            wanted.name,
            owner=wanted.owner,
            redirect_uris=wanted.redirect_uris,
            scopes=wanted.scopes,
            rate=wanted.rate,
            burst=wanted.burst,
        )
        changes = zip(LABELS, _recorded(before), _recorded(wanted), strict=True)
        record(staff, application, Act.CHANGED, changes=changes)
    return True


def _recorded(fields: ApplicationFields) -> tuple[str, ...]:
    """Return the values for the audit log, in which a person is the number of their account."""
    owner = f"#{fields.owner.pk}" if fields.owner else ""
    return (
        fields.name,
        owner,
        " ".join(fields.redirect_uris),
        " ".join(sorted(fields.scopes)),
        str(fields.rate or ""),
        str(fields.burst or ""),
    )


def _meaning(
    application: Application, before: ApplicationFields, wanted: ApplicationFields
) -> Iterator[str]:
    """Yield a sentence for each consequence that somebody will notice."""
    if lost := sorted(set(before.scopes) - set(wanted.scopes)):
        number = tokens_with(application, lost).count()
        sentence = ngettext(
            "%(number)s token loses %(scopes)s at once: calls that need it are refused.",
            "%(number)s tokens lose %(scopes)s at once: calls that need it are refused.",
            number,
        )
        yield sentence % {"number": number, "scopes": ", ".join(lost)}
    removed = [uri for uri in before.redirect_uris if uri not in wanted.redirect_uris]
    if removed and not wanted.redirect_uris:
        yield _(
            "It can no longer ask customers for consent. Access that they gave ends when its "
            "tokens expire."
        )
    elif removed:
        sentence = _("Customers can no longer be sent back to %(uris)s.")
        yield sentence % {"uris": isolated(" ".join(removed))}
    if before.owner != wanted.owner:
        yield _(
            "Orders that it places on its own from now on are the new owner's responsibility; "
            "earlier orders stay as they are."
        )
    if before.owner and before.owner != wanted.owner:
        yield _(
            "Its tokens, its client_secret and its signing secrets stay valid, also for the owner "
            "before: revoke or renew what they must not use any more."
        )
    if sentence := _stricter_limit(before, wanted):
        yield sentence


def _stricter_limit(before: ApplicationFields, wanted: ApplicationFields) -> str:
    """Return what a lower limit means; "" if it is not lower."""
    usual = settings.RATE_LIMITS["application"]
    was = (before.rate or usual[0], before.burst or usual[1])
    rate, burst = wanted.rate or usual[0], wanted.burst or usual[1]
    if rate >= was[0] and burst >= was[1]:
        return ""
    sentence = _("Calls beyond %(rate)s a second, or %(burst)s at once, are refused from now on.")
    return sentence % {"rate": f"{rate:g}", "burst": burst}


def _fields_of(application: Application) -> ApplicationFields:
    client = application.oauth_client
    owner = client.owner if isinstance(client.owner, User) else None
    return ApplicationFields(
        application.name,
        owner,
        client.get_redirect_uris(),
        client.get_scopes(),
        application.rate,
        application.burst,
    )


def _initial(fields: ApplicationFields) -> dict[str, Any]:
    return {
        "name": fields.name,
        "owner": fields.owner.email if fields.owner else "",
        "redirect_uris": "\n".join(fields.redirect_uris),
        "scopes": list(fields.scopes),
        "rate": fields.rate,
        "burst": fields.burst,
    }


def _show_form(
    request: HttpRequest,
    application: Application,
    form: ApplicationForm,
    before: ApplicationFields,
    *,
    status: int = 200,
    **further: Any,
) -> HttpResponse:
    context = {
        "application": application,
        "here": "edit",
        "form": form,
        "seen": before.digest,
        **further,
    }
    template = "backoffice/partners/application_edit.html"
    return render(request, template, context, status=status)
