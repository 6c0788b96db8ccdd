"""The check in front of every API view: method, rate limit, token and scope."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from shop.access.call_counts import note_caller
from shop.access.rate_limits import RateLimit, hit_by
from shop.access.tokens import Bearer, check_bearer
from shop.api.responses import failure, method_not_allowed
from shop.base_url import base_url
from shop.entity_tags import tagged
from shop.faults import Fault, fault
from shop.openapi import METHODS, Operation, described, scope_for
from shop.view_types import View

# Programs may store a response, and ask each time whether it is still current.
KEPT_BY_CALLER = "private, no-cache"


def bearer_required(**operations: Operation) -> Callable[[View], View]:
    """Pass on requests whose token has the scope for one of `operations`, by method.

    The view is called with the request and the `Bearer`. Refusals: 405 for any other method, 429
    over the rate limit, 401 without a live token, 403 without the scope.
    """
    return _guard(operations, _limited)


def open_to_all(**operations: Operation) -> Callable[[View], View]:
    """Pass on requests with or without a token, which counts for the rate limit alone.

    Refusals: 405 for any other method, 429 over the rate limit.
    """
    return _guard(operations, _counted)


def _guard(
    operations: dict[str, Operation], answer: Callable[..., HttpResponse]
) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method or ""
            if method not in operations:
                return method_not_allowed(sorted(operations, key=METHODS.index))
            operation = operations[method]
            # The API speaks English, whatever Accept-Language says.
            with override("en"):
                within = view if operation.query is not None else _without_query(view)
                scope = operation.scope or scope_for(method)
                response = answer(request, scope, within, *args, **kwargs)
            if method == "GET" and response.status_code == 200:
                response["Cache-Control"] = KEPT_BY_CALLER
                patch_vary_headers(response, ["Authorization"])
                response = tagged(request, response)
            if operation.deprecation:
                operation.deprecation.write_headers(base_url(request), response)
            return response

        return described(guarded, "", operations)

    return decorate


def forbidden(found: Fault, scope: str) -> HttpResponse:
    """403 that names the scope (RFC 6750)."""
    challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
    return failure(403, found, {"WWW-Authenticate": challenge})


def _unauthorized(request: HttpRequest) -> HttpResponse:
    if not _sent_token(request):
        return failure(401, fault("missing_token"), {"WWW-Authenticate": "Bearer"})
    challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return failure(401, fault("invalid_token"), challenge)


def _without_query(view: View) -> View:
    """Refuse query parameters: a caller who sends one expects it to do something."""

    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.GET:
            return failure(422, {name: [fault("unknown_parameter")] for name in request.GET})
        return view(request, *args, **kwargs)

    return checked


def _sent_token(request: HttpRequest) -> str:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    return value.strip() if kind.lower() == "bearer" else ""


def _identify(request: HttpRequest) -> tuple[Bearer | None, RateLimit | None]:
    """Return who calls, if the token is live, and their rate limit, which the call is taken from."""
    sent = _sent_token(request)
    bearer = check_bearer(sent) if sent else None
    if bearer:
        note_caller(request, bearer.application, bearer.user)
    return bearer, hit_by(request, (bearer.application or bearer.user) if bearer else None)


def _counted(
    request: HttpRequest, _scope: str, view: View, *args: object, **kwargs: object
) -> HttpResponse:
    _bearer, taken = _identify(request)
    if taken and taken.retry_after:
        response: HttpResponse = failure(429, fault("too_many_calls"))
    else:
        response = view(request, *args, **kwargs)
    if taken:
        taken.write_headers(response)
    return response


def _limited(
    request: HttpRequest, scope: str, view: View, *args: object, **kwargs: object
) -> HttpResponse:
    bearer, taken = _identify(request)
    if taken and taken.retry_after:
        response: HttpResponse = failure(429, fault("too_many_calls"))
    elif bearer is None:
        response = _unauthorized(request)
    elif scope not in bearer.scopes:
        response = forbidden(fault("insufficient_scope", scope=scope), scope)
    else:
        response = view(request, bearer, *args, **kwargs)
    if taken:
        taken.write_headers(response)
    return response
