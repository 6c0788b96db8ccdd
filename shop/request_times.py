"""Each request in numbers: its time for `/metrics`, a count for partners, a log line, and a span.

They name the route of a request instead of its path, which may hold a secret.
"""

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from shop import tracing
from shop.access.call_counts import CALLER_KIND, count_call
from shop.access.measurements import Metric, observe
from shop.log_context import current_order

logger = logging.getLogger("shop.requests")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked for by machines every few seconds: they are measured, but not logged.
UNLOGGED = frozenset({"static", "livez", "readyz", "metrics"})


class RequestTimesMiddleware:
    """Measures and counts each request, and logs it if LOG_REQUESTS is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        current_order.set("")  # the last request of this thread may have been about one
        began = perf_counter()
        with tracing.request_span(request) as span:
            response = self.get_response(request)
            seconds = perf_counter() - began
            method = request.method if request.method in METHODS else "other"
            route, status = route_of(request), response.status_code
            observe(Metric.REQUESTS, seconds, method, route, f"{status // 100}xx")
            count_call(request, status)
            tracing.end_request(span, method, route, status)
            if settings.LOG_REQUESTS and route not in UNLOGGED:
                _log(request, response, method, route, seconds)
        return response


def route_of(request: HttpRequest) -> str:
    """The name of the route that answered `request`: of one without a name, its function's."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return "static" if request.path.startswith(settings.STATIC_URL) else "unmatched"


def _log(
    request: HttpRequest, response: HttpResponseBase, method: str, route: str, seconds: float
) -> None:
    milliseconds = round(seconds * 1000, 1)
    fields = {
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": milliseconds,
        "bytes": _length(response),
        "user": _kind_of_user(request),
    }
    logger.info("%s %s %d", method, route, response.status_code, extra={"fields": fields})


def _length(response: HttpResponseBase) -> int | None:
    """The bytes of the body; None where it is still to be made."""
    if isinstance(response, HttpResponse):
        return len(response.content)
    length = response.get("Content-Length", "")
    return int(length) if length.isdecimal() else None


def _kind_of_user(request: HttpRequest) -> str:
    """Staff, member, application or anonymous; "" where the request never looked at its session."""
    if kind := request.META.get(CALLER_KIND):
        return str(kind)
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return "anonymous"
    user = vars(request).get("_cached_user")  # where Django keeps it: asking would read it
    if user is None:
        return ""
    if not user.is_authenticated:
        return "anonymous"
    return "staff" if user.is_staff else "member"
