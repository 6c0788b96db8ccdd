"""Views of the legal pages."""

import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header, http_date
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from shop.content.legal_pdfs import LANGUAGES, SHOWN, file_stem, pdf_url, stored_pdf
from shop.content.markdown import headings
from shop.content.models import Page, Version
from shop.content.shown_pages import shown_slugs
from shop.kept_pages import KeptPages, is_same_for_all
from shop.languages import page_language

STARTED = time.time()
_pages = {slug: KeptPages() for slug in Page.Slug.values}
# For link previews and search engines.
SUMMARIES = {
    Page.Slug.IMPRINT: _("Who runs this shop, and how to reach us."),
    Page.Slug.PRIVACY: _("What we store of you, what for and for how long, and what you may ask."),
    Page.Slug.TERMS: _("What holds between you and us when you order."),
    Page.Slug.WITHDRAWAL: _("How private persons withdraw from a contract, and what follows."),
    Page.Slug.WITHDRAWAL_FORM: _("A form to withdraw from a contract by post or e-mail."),
    Page.Slug.ACCESSIBILITY: _("How accessible this shop is, and who to tell about a barrier."),
    Page.Slug.DATA_PROCESSING: _("How we process personal data on your behalf (Article 28 GDPR)."),
}


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the current version; browsers store it and revalidate.

    404 for a page that the setting CUSTOMERS leaves out.
    """
    if slug not in shown_slugs():
        raise Http404
    rows = SHOWN.raw(slug=slug)
    version = SHOWN.read(rows)[0]
    context = {
        "version": version,
        "summary": SUMMARIES[Page.Slug(slug)],
        "contents": headings(version.text),
        "pdf_url": pdf_url(version, page_language()) if version.has_pdf else "",
    }
    if is_same_for_all(request):
        response = _pages[slug].answer(
            request,
            rows,
            lambda nobody, _token: render_to_string("content/page.html", context, nobody),
        )
    else:
        response = render(request, "content/page.html", context)
    patch_cache_control(response, private=True, no_cache=True)
    # A restart may have changed the templates.
    changed = int(max(version.since.timestamp(), STARTED))
    response["Last-Modified"] = http_date(changed)
    answer = get_conditional_response(request, last_modified=changed, response=response)
    assert answer is not None  # noqa: S101 -- it was given one
    return answer


@require_safe
@cache_control(public=True, max_age=31_536_000, immutable=True)
def pdf(request: HttpRequest, slug: str, number: int, language: str) -> HttpResponse:
    """Return a version as PDF, also an earlier one; 404 where there is none, or not yet."""
    known = slug in shown_slugs() and language in LANGUAGES
    content = stored_pdf(slug, number, language) if known else None
    if content is None:
        raise Http404
    with override(language):
        name = f"{file_stem(Version(page_id=slug, number=number))}.pdf"
    disposition = content_disposition_header(as_attachment=False, filename=name)
    headers = {"Content-Disposition": disposition or "inline"}
    return HttpResponse(content, content_type="application/pdf", headers=headers)
