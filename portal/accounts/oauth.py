"""OAuth 2 endpoints (contract, "Orders API"): allauth's provider with stricter checks."""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.core.internal.httpkit import extract_basic_auth
from allauth.core.internal.ratelimit import RateLimitUsage, consume
from allauth.idp.oidc import views as provider
from allauth.idp.oidc.models import Token
from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.accounts.oauth_grants import DESCRIPTIONS, GRANTS, described_error, end_access_of
from shop.access.applications import find_application, knows_secret
from shop.access.client_address import client_ip, is_exempt
from shop.access.models import Application
from shop.base_url import base_url
from shop.notifications.emails.queue import queue_security_notice
from shop.tenancy.models import User

CHALLENGE = re.compile(r"\A[A-Za-z0-9_-]{43}\Z")  # SHA-256 in base64url
HEADERS = {
    401: {"WWW-Authenticate": 'Basic realm="oauth"'},
    405: {"Allow": "POST"},
    429: {"Retry-After": "60"},
}
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@never_cache
@require_http_methods(["GET", "POST"])
def authorize(request: HttpRequest) -> HttpResponse:
    """Show the consent page. allauth requires PKCE of public clients only, we always do."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    asked = request.GET
    if fault := _repeated(asked):
        return _refused_page(request, fault)
    application = find_application(asked.get("client_id", ""))
    if application is None:
        return _refused_page(request, "Unknown client_id.")
    redirect_uri = asked.get("redirect_uri", "")
    # An exact match: URLs that parse alike may lead a browser elsewhere.
    if redirect_uri not in application.oauth_client.get_redirect_uris():
        return _refused_page(request, "Unknown redirect_uri.")
    if fault := _pkce_fault(asked):
        params = {"error": "invalid_request", "error_description": fault}
        if "state" in asked:
            params["state"] = asked["state"]
        joint = "&" if urlsplit(redirect_uri).query else "?"
        return _sent_back(
            request, HttpResponseRedirect(f"{redirect_uri}{joint}{urlencode(params)}")
        )
    # A parameter of OpenID Connect, which is not offered: ignore it.
    known = asked.copy()
    known.pop("prompt", None)
    request.GET = known  # type: ignore[assignment]  # typed as immutable
    # Posting the consent form redirects to the application.
    parts = urlsplit(redirect_uri)
    leading_there = csp_update({"form-action": [f"{parts.scheme}://{parts.netloc}"]})
    response = leading_there(provider.authorization)(request)
    assert isinstance(response, HttpResponse)  # noqa: S101 -- it does not stream
    if response.status_code == 200 and not isinstance(response, TemplateResponse):
        # allauth's page for errors that must not be redirected.
        return _refused_page(request, "Malformed request.")
    if "code" in parse_qs(urlsplit(response.get("Location", "")).query):
        # What it hands out outlives a new password, like a personal token.
        user, ip = request.user, str(client_ip(request))
        assert isinstance(user, User)  # noqa: S101 -- the provider signs in nobody else
        queue_security_notice(user, "program_allowed", user.email, ip=ip)
    if response.get("Location", "").startswith(redirect_uri):
        return _sent_back(request, response)
    return response


def _form_required(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Pass on well-formed forms that are posted, as often as one address may; refuse in JSON."""

    @csrf_exempt
    @cache_control(no_store=True)
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _refused(405, "invalid_request", "This URL supports POST only.")
        if _consume(request, "address") is None:
            return _refused(429, "temporarily_unavailable")
        if request.headers.get("Content-Length", "0") != "0" and request.content_type not in FORMS:
            return _refused(415, "invalid_request", f"Send the parameters as {FORMS[0]}.")
        if fault := _form_fault(request):
            return _refused(400, "invalid_request", fault)
        return view(request)

    return guarded


@_form_required
def token(request: HttpRequest) -> HttpResponse:
    """Issue tokens (RFC 6749)."""
    if "grant_type" not in request.POST:
        return _refused(400, "invalid_request", "The parameter grant_type is missing.")
    grant = GRANTS.get(request.POST["grant_type"])
    if grant is None:
        return _refused(400, "unsupported_grant_type")
    application = _presented(request)
    if application is None:
        return _refused(401, "invalid_client")
    counted = _consume(request, "client", key=application.oauth_client_id)
    if counted is None:
        return _refused(429, "temporarily_unavailable")
    response = grant(request, application)
    if response.status_code != 200:
        # Only issued tokens count. Counted before, so that parallel calls cannot pass the limit.
        counted.rollback()
    return response


@_form_required
def revoke(request: HttpRequest) -> HttpResponse:
    """Revoke the token in the body (RFC 7009), or else the one that authorizes the request."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and request.POST.get("token", value) == value:
        _revocable().by_value(value).delete()
        return HttpResponse()
    application = _presented(request)
    if application is None:
        return _refused(401, "invalid_client")
    if "token" not in request.POST:
        return _refused(400, "invalid_request", "The parameter token is missing.")
    found = _revocable().filter(client=application.oauth_client).by_value(request.POST["token"])
    revoked = found.first()
    found.delete()
    if revoked and revoked.type == Token.Type.REFRESH_TOKEN:
        end_access_of(revoked)
    return HttpResponse()


def _consume(request: HttpRequest, action: str, **options: object) -> RateLimitUsage | None:
    """Count a call by the rate `action`; return what can undo that, or None if it is refused."""
    # The demo profile is for trying things out on this machine.
    if is_exempt(client_ip(request)):
        return RateLimitUsage(usage=[])
    rates = settings.OAUTH_TOKEN_RATES
    return consume(request, app="oauth", action=action, config=rates, **options)


def _sent_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Complete a redirect to the program: the issuer (RFC 9207), and what an error means."""
    location = response["Location"]
    told = parse_qs(urlsplit(location).query)
    more = {"iss": base_url(request)}
    if "error" in told and "error_description" not in told:
        more["error_description"] = DESCRIPTIONS.get(told["error"][0], "The request was rejected.")
    response["Location"] = f"{location}&{urlencode(more)}"
    return response


def _pkce_fault(asked: Mapping[str, str]) -> str:
    """Return why the code challenge cannot be used; "" if it can."""
    if not CHALLENGE.match(asked.get("code_challenge", "")):
        return "PKCE is required: code_challenge is missing or malformed."
    if asked.get("code_challenge_method") != "S256":
        return "PKCE is required with code_challenge_method S256."
    return ""


def _presented(request: HttpRequest) -> Application | None:
    """Return the application whose id and secret the request carries, if they are right.

    They may come by HTTP Basic, in the body, or in both if they agree.
    """
    basic, secret = extract_basic_auth(request.headers)
    named, written = request.POST.get("client_id"), request.POST.get("client_secret")
    if (basic and named and basic != named) or (secret and written and secret != written):
        return None
    application = find_application(basic or named or "")
    is_known = application and knows_secret(application, secret or written or "")
    return application if is_known else None


def _form_fault(request: HttpRequest) -> str:
    """Return why the form in the body cannot be used; "" if it can."""
    try:
        return _repeated(request.POST)
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return "The body is not a complete, well-formed form of moderate size."


def _repeated(given: QueryDict) -> str:
    """Return which parameter is repeated (RFC 6749, 3.1 and 3.2); "" if none is."""
    # RFC 8707 allows several resources.
    twice = [name for name, values in given.lists() if len(values) > 1 and name != "resource"]
    return f"The parameter {twice[0]} is given more than once." if twice else ""


def _revocable() -> Any:
    # Rotated refresh tokens are kept to recognise them: they have expired.
    return Token.objects.valid().filter(
        type__in=(Token.Type.ACCESS_TOKEN, Token.Type.REFRESH_TOKEN)
    )


def _refused_page(request: HttpRequest, fault: str) -> HttpResponse:
    context = {"error": {"description": fault}}
    return render(request, "idp/oidc/error.html", context, status=400)


def _refused(status: int, error: str, description: str = "") -> HttpResponse:
    return described_error(status, error, description, HEADERS.get(status))
