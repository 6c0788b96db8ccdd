"""The page of what the search has found, and the part of it that appears as one types."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_safe

from portal.backoffice.navigation import HOME
from portal.backoffice.order.hidden_hashes import hide_hashes
from portal.backoffice.search.search_hits import Search
from portal.backoffice.staff_access import permission_required, staff_user

LONGEST = 4000  # characters: room for a link that a mail gateway has wrapped
ON_THE_PAGE = 20  # of each kind
AS_ONE_TYPES = 5
SHORTEST = 2  # characters to begin with


@permission_required("orders.view_order")
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show what was found; lead on to a row that was named, and to a page whose link was pasted."""
    text = _asked(request)
    if page := _staff_page(text):
        return redirect(page)
    search = Search(staff_user(request), text, ON_THE_PAGE)
    if search.exact_url:
        return redirect(search.exact_url)
    context = {"asked": text, "groups": search.groups}
    return hide_hashes(request, render(request, "backoffice/search/results.html", context))


@permission_required("orders.view_order")
@require_safe
def found_so_far(request: HttpRequest) -> HttpResponse:
    """Return what is found for the text so far, for the box; nothing for fewer than two characters."""
    text = _asked(request)
    if len(text) < SHORTEST:
        return HttpResponse()
    search = Search(staff_user(request), text, AS_ONE_TYPES)
    number = sum(len(group.hits) for group in search.groups)
    context = {"asked": text, "groups": search.groups, "number": number}
    return hide_hashes(request, render(request, "backoffice/search/found.html", context))


def _asked(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


def _staff_page(text: str) -> str:
    """Return the path of the page of the back office whose link `text` is; "" if it is none."""
    try:
        path = urlsplit(text).path
        resolve(path)
    except (ValueError, Resolver404, Http404):
        return ""
    return path if path.startswith(HOME) else ""
