"""Request ids, headers of every response, what is refused at once, and the page's language."""

import re
import uuid
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from shop import errors
from shop.languages import set_page_language
from shop.masking import HASH
from shop.orders.card_numbers import holds_card
from shop.request_id import current_id

WELL_FORMED = re.compile(r"\A[A-Za-z0-9._-]{1,64}\Z")

# Below these, pages show secrets or what somebody typed: browsers and proxies keep none of them.
PRIVATE = (
    *(
        "/account/",
        "/cancel-contract/",
        "/checkout/",
        "/contact/",
        "/declarations/",
        "/dev/",
        "/metrics",
    ),
    *("/oauth/", "/portal/", "/probe/", "/register/", "/staff/", "/version", "/withdraw/"),
)
# Read and limited by `read_json`, whose answers have the shape of their API.
APIS = re.compile(r"/(api|orders?)(/|\Z)")
# Passkeys are left to our own pages, which is the default.
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
        *("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb"),
    )
)


class RequestIdMiddleware:
    """Sets `X-Request-ID` on each response: the caller's own if well-formed, else a new one.

    It also stands in each line of the log, and in the open order's errors as `guid`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with its id."""
        given = request.headers.get("X-Request-ID", "")
        # A caller may name its call after the hash of the order, which logs must not show.
        hashes = HASH.findall(request.path)
        names_order = any(each.lower() in given.lower() for each in hashes)
        kept = WELL_FORMED.match(given) and not holds_card(given) and not names_order
        request_id = given if kept else uuid.uuid4().hex
        current_id.set(request_id)
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class HealthCheckMiddleware:
    """Lets `/livez`, `/readyz` and `/metrics` be asked by IP address, or a name without dots.

    So monitors ask within a network; they say nothing that depends on the Host, and link to
    nothing. Any other unknown Host stays 400 (contract, "Pages"). They are also answered without
    https: balancers and Prometheus stand where the proxies do (SECURE_REDIRECT_EXEMPT).
    """

    PATHS = ("/livez", "/readyz", "/metrics")
    DIRECT = re.compile(
        r"(([\w-]+|\d+(\.\d+){3}|\[[\da-f:.]+\])(:\d+)?)?", re.ASCII | re.IGNORECASE
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`."""
        host = request.META.get("HTTP_HOST", "")
        if request.path_info in self.PATHS and self.DIRECT.fullmatch(host):
            request.META["HTTP_HOST"] = urlsplit(settings.BASE_URL).netloc
        return self.get_response(request)


class HeadersMiddleware:
    """Sets `Permissions-Policy` on each response, and `no-store` on private pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request` with the headers."""
        response = self.get_response(request)
        response["Permissions-Policy"] = PERMISSIONS
        is_kept = "no-store" not in response.get("Cache-Control", "")
        if is_kept and request.path.startswith(PRIVATE):
            add_never_cache_headers(response)
        return response


class PolicyMiddleware(CSPMiddleware):
    """Sets `Content-Security-Policy`. The text of our own policy is built once."""

    # What the decorators of django-csp leave on a response whose policy is another.
    CHANGES = frozenset({"_csp_config", "_csp_update", "_csp_replace", "_csp_exempt"})

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Set the header, unless the response has one."""
        is_ours = self.CHANGES.isdisjoint(vars(response)) and not hasattr(request, "_csp_nonce")
        # A deployment may try out another policy.
        reports = getattr(settings, "CONTENT_SECURITY_POLICY_REPORT_ONLY", None)
        if settings.DEBUG or reports or not is_ours:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _own_policy())
        return response


@cache
def _own_policy() -> str:
    return build_policy()


BANK_FILES = "/staff/payments/import/"  # the one form with a file


class RefusalMiddleware:
    """Refuses TRACE, and a form that is larger than any of ours before any of it is read.

    The check of the CSRF token would read all of it, whoever sent it. A body without a
    Content-Length is not read at all, but by `read_json`, up to its limit.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer `request`, or refuse it."""
        if APIS.match(request.path):
            return self.get_response(request)
        if request.method == "TRACE":
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_of_staff = request.path.startswith("/staff/")
        most = settings.STAFF_FORM_BYTES if is_of_staff else settings.FORM_BYTES
        if request.path == BANK_FILES:
            most = settings.BANK_FILE_FORM_BYTES
        if length.isdecimal() and int(length) > most:
            return errors.error(request, None, status=413)
        return self.get_response(request)


class LanguageMiddleware(LocaleMiddleware):
    """Activates the language of `?lang=`, else of the cookie, else of the browser.

    A page has one URL for both languages (contract). With `?lang=`, to which the language switch
    links, each language also has one of its own to be indexed and shared.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the page."""
        super().process_request(request)
        if language := _requested_language(request):
            translation.activate(language)
            request.LANGUAGE_CODE = language

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Vary pages by cookie, and set the cookie where `?lang=` asked for a language."""
        response = super().process_response(request, response)
        if not response.get("Content-Type", "").startswith("text/html"):
            return response  # programs are answered in English
        patch_vary_headers(response, ["Cookie"])  # Django reads the cookie, but does not say so
        if language := _requested_language(request):
            set_page_language(response, language)
        return response


def _requested_language(request: HttpRequest) -> str:
    if not request.META.get("QUERY_STRING"):
        return ""
    language = request.GET.get("lang", "")
    return language if language in dict(settings.LANGUAGES) else ""
