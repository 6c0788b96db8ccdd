"""Previews for staff: all mails with made-up data, and versions of the legal pages."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.staff_access import permission_required
from shop.content.legal_pdfs import pdf_url, stored_pdf
from shop.content.markdown import headings, placeholders
from shop.content.models import Version
from shop.content.publishing import TEXTS, newest
from shop.languages import page_language
from shop.notifications.emails.kinds import KINDS, Rendered
from shop.notifications.emails.kinds import render as render_mail
from shop.notifications.emails.mail_frame import framed_mail
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import sample_message


@permission_required("orders.view_order")
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """List all kinds with their cases."""
    kinds = [(kind, kind.label, KINDS[kind].samples) for kind in Message.Kind]
    return render(request, "backoffice/mails.html", {"kinds": kinds})


@permission_required("orders.view_order")
@require_safe
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its type knows no arguments
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
    return render(request, "backoffice/mail.html", context)


@permission_required("orders.view_order")
@require_safe
def mail_html(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return the HTML part as a document of its own, without scripts, forms or external content."""
    return framed_mail(request, _render(request, kind)[0].html)


@permission_required("orders.view_order")
@require_safe
def page_version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version of a legal page."""
    found = get_object_or_404(Version, page_id=slug, number=number)
    printed = stored_pdf(slug, number, page_language()) is not None
    context = {
        "version": found,
        "newest": newest(slug),
        "contents": headings(found.text),
        "pdf_url": pdf_url(found, page_language()) if printed else "",
    }
    return render(request, "content/page.html", context)


@permission_required("content.change_page")
@require_http_methods(["GET", "HEAD", "POST"])
def page_preview(request: HttpRequest) -> HttpResponse:
    """Show the texts of the admin's form as the page would show them."""
    if request.method != "POST":
        # Switching the language sends a GET.
        return redirect("admin:content_page_changelist")
    texts = {name: request.POST.get(name, "") for name in TEXTS}
    context = {
        "version": Version(**texts),
        "placeholders": placeholders("\n\n".join(texts.values())),
        "languages_of_texts": [code for code, _name in settings.LANGUAGES],
    }
    return render(request, "content/preview.html", context)


def _render(request: HttpRequest, kind: str) -> tuple[Rendered, int, str]:
    if kind not in KINDS:
        raise Http404
    language = request.GET.get("language", page_language())
    case = request.GET.get("case", "0")
    known = [str(number) for number in range(len(KINDS[kind].samples))]
    if language not in dict(settings.LANGUAGES) or case not in known:
        raise Http404
    return render_mail(sample_message(kind, int(case), language)), int(case), language
