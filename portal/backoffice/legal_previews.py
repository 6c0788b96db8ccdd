"""The legal pages as only staff see them: old versions, and before they are published."""

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
    """What a page said once, word for word."""
    found = get_object_or_404(Version, page_id=slug, number=number)
    context = {"version": found, "newest": newest(slug)}
    return render(request, "content/page.html", context)


@permission_required("content.change_page")
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest) -> HttpResponse:
    """What stands in the admin's form, as the page would show it."""
    if request.method != "POST":
        # Where switching the language leads.
        return redirect("admin:content_page_changelist")
    texts = {name: request.POST.get(name, "") for name in TEXTS}
    context = {
        "version": Version(**texts),
        "placeholders": placeholders("\n\n".join(texts.values())),
        "languages_of_texts": [code for code, _name in settings.LANGUAGES],
    }
    return render(request, "content/preview.html", context)
