"""Legal pages for staff: old versions, and previews before publishing."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.backoffice.staff_access import permission_required
from shop.content.markdown import placeholders
from shop.content.models import Version
from shop.content.publishing import TEXTS, newest


@permission_required("orders.view_order")
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show one version of a page."""
    found = get_object_or_404(Version, page_id=slug, number=number)
    context = {"version": found, "newest": newest(slug)}
    return render(request, "content/page.html", context)


@permission_required("content.change_page")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest) -> HttpResponse:
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
