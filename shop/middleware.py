"""What every request carries."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path

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


class LanguageMiddleware(LocaleMiddleware):
    """The page's language: what `?lang=` asks for, else the cookie, else the browser's wish.

    One address serves both languages, as the contract has it, which a search engine cannot tell
    apart. With `?lang=de` and `?lang=en` each has an address of its own to be found and shared by:
    it shows the page in that language whoever asks. The switch in the page is a link to it. The
    language is remembered, so that the pages after it stay in it; that is all the link changes,
    which is why it need not be a form.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Speak the language that was asked for."""
        super().process_request(request)
        if asked := asked_language(request):
            translation.activate(asked)
            request.LANGUAGE_CODE = asked

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Say on what the language hangs, and remember it where it was asked for."""
        response = super().process_response(request, response)
        if not response.get("Content-Type", "").startswith("text/html"):
            return response  # programs are answered in English
        patch_vary_headers(response, ["Cookie"])  # Django looks at it, and does not tell
        if asked := asked_language(request):
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                asked,
                secure=settings.LANGUAGE_COOKIE_SECURE,
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                samesite="Lax",
            )
        return response


def asked_language(request: HttpRequest) -> str:
    """The language the address asks for by `?lang=`, if it is one of ours."""
    asked = request.GET.get("lang", "")
    return asked if asked in dict(settings.LANGUAGES) else ""


def addresses(request: HttpRequest) -> dict[str, str]:
    """For templates: where the shop is, and the page's own address without its query."""
    shop = base_url(request).rstrip("/")
    return {"shop_address": shop, "page_address": shop + escape_uri_path(request.path)}


def base_url(request: HttpRequest) -> str:
    """Where absolute links of an answer begin: BASE_URL; in the demo the request's own host."""
    return request.build_absolute_uri("/") if settings.DEMO else settings.BASE_URL
