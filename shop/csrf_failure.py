"""Answer to a form that failed the CSRF check: nothing is done, and nothing typed is lost.

Typical causes: somebody signed in or out in another tab, or the cookie is gone.
"""

from urllib.parse import unquote, urlencode, urljoin, urlsplit

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.urls import resolve
from django.utils.cache import add_never_cache_headers
from django.utils.datastructures import MultiValueDict
from django.utils.encoding import escape_uri_path
from django.utils.html import format_html
from django.utils.translation import gettext as _

from shop.base_url import base_url
from shop.billing_form import BillingForm
from shop.content.terms_field import without_outdated_tick
from shop.errors import shaped_error
from shop.form_refill import refill
from shop.form_texts import CUSTOMERS_LABELS
from shop.orders.basket import current_terms
from shop.orders.order_fields import FIELDS

LABELS = {name: field.label for name, field in FIELDS.items()}
LABELS |= {name: field.label or "" for name, field in BillingForm.base_fields.items()}
LABELS |= CUSTOMERS_LABELS
REDIRECTS = 3  # that are followed to the page of the form


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the same form with what was typed and a fresh token; for another site's, a sentence."""
    if shaped := shaped_error(request, 403, None):
        return shaped
    is_ours = _is_our_form(request)
    typed = request.POST.copy() if is_ours else QueryDict()
    if is_ours and _is_signed_in_already(request):
        # The page itself leads on, to where it would have led.
        query = {"next": typed["next"]} if typed.get("next") else {}
        return HttpResponseRedirect(f"{escape_uri_path(request.path)}?{urlencode(query)}")
    response = _form_again(request, typed) if is_ours else None
    if response is None:
        kept = [(LABELS[name], typed[name]) for name in typed if name in LABELS]
        came_from = request.headers.get("Referer", "")
        context = {
            "kept": [(label, value) for label, value in kept if value],
            "came_from": came_from if is_ours and _is_ours(request, came_from) else "",
        }
        response = render(request, "errors/csrf.html", context, status=403)
        # The URL may hold a secret.
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response


def unsent_form(request: HttpRequest) -> QueryDict | None:
    """Return what was typed into the form that failed its check and is shown again, if one is."""
    return getattr(request, "unsent_form", None)


def _is_our_form(request: HttpRequest) -> bool:
    """Tell whether a page of ours posted this, and not its script; browsers vouch for it."""
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    return _is_ours(request, request.headers.get("Origin", ""))


def _is_signed_in_already(request: HttpRequest) -> bool:
    """Tell whether this signs in somebody who has signed in in another tab meanwhile."""
    match = request.resolver_match
    return bool(match and match.url_name == "account_login" and request.user.is_authenticated)


def _is_ours(request: HttpRequest, url: str) -> bool:
    ours, other = urlsplit(base_url(request)), urlsplit(url.lower())
    return (other.scheme, other.netloc) == (ours.scheme, ours.netloc.lower())


def _form_again(request: HttpRequest, typed: QueryDict) -> HttpResponse | None:
    """Render the page of the posted form and fill it in again; None if the form is gone.

    The page is rendered as for a GET, without what was posted: no view can act on it.
    """
    target, came_from = request.path, request.headers.get("Referer", "")
    typed, _outdated = without_outdated_tick(typed, current_terms())
    pages = [came_from] if _is_ours(request, came_from) else []
    query = request.GET.copy()
    if next_page := typed.get("next"):
        query["next"] = next_page
    for url in (*pages, f"{escape_uri_path(target)}?{query.urlencode()}"):
        _become_get(request, url, typed)
        response = _page(request)
        if response is None:
            continue
        filled = refill(response.text, request.path, target, typed, _notice(request, typed))
        if filled:
            response.content = filled.encode()
            response.status_code = 403
            return response
    return None


def _become_get(request: HttpRequest, url: str, typed: QueryDict) -> None:
    """Make `request` a GET of `url`, as if nothing had been posted."""
    parts = urlsplit(url)
    request.method = "GET"
    request.path = request.path_info = unquote(parts.path)
    request.GET = QueryDict(parts.query)
    request.META |= {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": request.path,
        "QUERY_STRING": parts.query,
        "HTTP_ACCEPT_ENCODING": "identity",  # the page is changed once it is rendered
    }
    for name, nothing in (("_post", QueryDict()), ("_files", MultiValueDict())):
        setattr(request, name, nothing)
    request.unsent_form = typed  # type: ignore[attr-defined]


def _page(request: HttpRequest) -> HttpResponse | None:
    """Answer the GET `request`, following redirects; None if that gives no page."""
    for _redirect in range(REDIRECTS + 1):
        try:
            match = request.resolver_match = resolve(request.path_info)
            response = match.func(request, *match.args, **match.kwargs)
        except (Http404, PermissionDenied, ImmediateHttpResponse, ReauthenticationRequired):
            # Also a page for which its reader first has to show again who they are.
            return None
        if not isinstance(response, HttpResponseRedirect):
            break
        url = urljoin(request.get_full_path(), response.url)
        if urlsplit(url).netloc:
            return None
        _become_get(request, url, unsent_form(request) or QueryDict())
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    if not isinstance(response, HttpResponse) or response.status_code != 200:
        return None
    return response if response.get("Content-Type", "").startswith("text/html") else None


def _notice(request: HttpRequest, typed: QueryDict) -> str:
    sentences = [
        _(
            "Your session has changed in the meantime, so nothing was sent. What you typed is "
            "still here: please check it and send it again."
        )
    ]
    if any("password" in name for name in typed):
        sentences.append(_("Passwords are not kept: please type them again."))
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        sentences.append(_("If you see this message again, please allow cookies for this site."))
    return format_html('<p class="notice notice--warning" role="alert">{}</p>', " ".join(sentences))
