"""What every request carries."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

View = Callable[..., HttpResponse]

# Of the request that this thread is at; "-" where it is at none.
current_id = ContextVar("current_id", default="-")
WELL_FORMED = re.compile(r"\A[A-Za-z0-9._-]{1,64}\Z")


class RequestIdMiddleware:
    """Gives each answer an `X-Request-ID`, the caller's own where it is well-formed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if WELL_FORMED.match(given) else uuid.uuid4().hex
        current_id.set(request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


def base_url(request: HttpRequest) -> str:
    """Where absolute links of an answer begin: BASE_URL; in the demo the request's own host."""
    return request.build_absolute_uri("/") if settings.DEMO else settings.BASE_URL


def page_language() -> str:
    """The language of the page, `de` or `en`, as far as its reader has asked for one of them."""
    return "en" if (get_language() or "").startswith("en") else "de"
