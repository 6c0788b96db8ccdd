"""Previews of all mails for staff, with made-up data."""

import base64
import hashlib
import re
from collections.abc import Callable

from csp.constants import NONE, SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from portal.backoffice.staff_access import permission_required
from shop.languages import page_language
from shop.notifications.emails.kinds import KINDS, Rendered
from shop.notifications.emails.kinds import render as render_mail
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import sample_message
from shop.view_types import View

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@permission_required("orders.view_order")
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List all kinds with their cases."""
    kinds = [(kind, kind.label, KINDS[kind].samples) for kind in Message.Kind]
    return render(request, "backoffice/mails.html", {"kinds": kinds})


@permission_required("orders.view_order")
@require_safe
def mail(request: HttpRequest, kind: str) -> HttpResponse:
    """Show subject, text and HTML of one kind, in a case and a language."""
    rendered, case, language = _render(request, kind)
    context = {
        "kind": kind,
        "title": Message.Kind(kind).label,
        "mail": rendered,
        "cases": KINDS[kind].samples,
        "case": case,
        "spoken": language,
        "languages": settings.LANGUAGES,
    }
    page = render(request, "backoffice/mail.html", context)
    return _with_policy(csp_update({"frame-src": [SELF]}), request, page)


@permission_required("orders.view_order")
@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the HTML part as a document of its own, without scripts, forms or external content."""
    html = _render(request, kind)[0].html
    (style,) = STYLE.findall(html)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    nothing = ("script-src", "img-src", "connect-src", "form-action")
    policy = {name: [NONE] for name in nothing} | {
        "style-src": [f"'sha256-{digest}'"],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
    return _with_policy(csp_replace(policy), request, HttpResponse(html))


def _with_policy(
    policy: Callable[[View], Callable[..., HttpResponseBase]],
    request: HttpRequest,
    response: HttpResponse,
) -> HttpResponse:
    """Return `response` with the Content-Security-Policy that the decorator `policy` sets."""
    changed = policy(lambda _request: response)(request)
    assert isinstance(changed, HttpResponse)  # noqa: S101 -- it is the same one
    return changed


def _render(request: HttpRequest, kind: str) -> tuple[Rendered, int, str]:
    if kind not in KINDS:
        raise Http404
    language = request.GET.get("language", page_language())
    case = request.GET.get("case", "0")
    known = [str(number) for number in range(len(KINDS[kind].samples))]
    if language not in dict(settings.LANGUAGES) or case not in known:
        raise Http404
    return render_mail(sample_message(kind, int(case), language)), int(case), language
