"""The error pages: what happened, what is safe, what to do now. Under `/api/` and `/order` in their shapes."""

import re
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers

from portal.backoffice.staff_access import whom_to_ask
from portal.registration.forms import FindForm
from shop.api.responses import failure
from shop.open_order import envelope as open_order

OPEN_ORDER = re.compile(r"/orders?(/|$)")
RETRY_SECONDS = 30
SENTENCES = {
    400: "This request cannot be understood.",
    403: "This is not allowed.",
    404: "There is nothing at this address.",
    500: "Something went wrong on our side. The request may be repeated.",
    503: "The shop cannot answer just now. The request may be repeated.",
}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; also where the Host is unknown, so nothing here asks for it."""
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403; staff read whom to ask."""
    if request.path.startswith("/staff/") and getattr(request.user, "is_staff", False):
        context = {"whom_to_ask": whom_to_ask()}
        return render(request, "backoffice/forbidden.html", context, status=403)
    return _answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is too old or from elsewhere, told kindly: nothing was done with it."""
    if request.path.startswith("/api/"):
        return failure(403, SENTENCES[403])
    response = render(request, "errors/csrf.html", status=403)
    # The address may be a secret one.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    add_never_cache_headers(response)
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, without a query: the database may be what is broken.

    Where it is, the answer is 503 and says when to come back: it is away, restarted, overloaded or
    being changed, nothing is wrong with the request, and programs and search engines know to wait.
    The log has the traceback either way.
    """
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return _answer(request, 500)
    response = _answer(request, 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    add_never_cache_headers(response)
    return response


def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/") or request.path == "/api":
        return failure(status, SENTENCES[status])
    if OPEN_ORDER.match(request.path):
        return open_order.failure(open_order.ApiError(status, SENTENCES[status]))
    # Rendered without the request: no context processor may fail on what failed already.
    context = {"form": FindForm()} if status == 404 else None
    return HttpResponse(render_to_string(f"errors/{status}.html", context), status=status)
