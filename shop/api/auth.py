"""The check in front of every API view: method, rate limit, token and scope."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from shop.access.rate_limits import hit_by
from shop.access.tokens import check_bearer
from shop.api.responses import failure, method_not_allowed
from shop.openapi import METHODS, Operation, described, scope_for
from shop.view_types import View

NO_PARAMETER = "is not a parameter of this address."


def bearer_required(**operations: Operation) -> Callable[[View], View]:
    """Pass on requests whose token has the scope for one of `operations`, by method.

    The view is called with the request and the `Bearer`. Refusals: 405 for any other method, 429
    over the rate limit, 401 without a live token, 403 without the scope.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method or ""
            if method not in operations:
                return method_not_allowed(sorted(operations, key=METHODS.index))
            # The API speaks English, whatever Accept-Language says.
            with override("en"):
                takes_query = operations[method].query is not None
                within = view if takes_query else _without_query(view)
                return _limited(request, scope_for(method), within, *args, **kwargs)

        return described(guarded, "", operations)

    return decorate


def _without_query(view: View) -> View:
    """Refuse query parameters: a caller who sends one expects it to do something."""

    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.GET:
            return failure(422, {name: [NO_PARAMETER] for name in request.GET})
        return view(request, *args, **kwargs)

    return checked


def _limited(
    request: HttpRequest, scope: str, view: View, *args: object, **kwargs: object
) -> HttpResponse:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    sent = value.strip() if kind.lower() == "bearer" else ""
    bearer = check_bearer(sent) if sent else None
    taken = hit_by(request, (bearer.application or bearer.user) if bearer else None)
    if taken and taken.retry_after:
        response: HttpResponse = failure(429, "Too many calls. Wait as Retry-After says.")
    elif bearer is None:
        sentence = "Send a live token: Authorization: Bearer and its value."
        challenge = 'Bearer error="invalid_token"' if sent else "Bearer"
        response = failure(401, sentence, {"WWW-Authenticate": challenge})
    elif scope not in bearer.scopes:
        challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        sentence = f"This token lacks the scope {scope}."
        response = failure(403, sentence, {"WWW-Authenticate": challenge})
    else:
        response = view(request, bearer, *args, **kwargs)
    if taken:
        taken.write_headers(response)
    return response
