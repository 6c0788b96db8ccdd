"""The check in front of every API view: method, rate limit, token and scope."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from shop.access.rate_limits import hit
from shop.access.tokens import check_bearer
from shop.api.responses import failure, method_not_allowed, unauthorized
from shop.view_types import View


def bearer_required(**scopes: str) -> Callable[[View], View]:
    """Pass on requests whose token has the scope that `scopes` gives for their method.

    The view is called with the request and the `Bearer`. Refusals: 405 for a method that is not
    in `scopes`, 429 over the rate limit, 401 without a live token, 403 without the scope.
    """

    def decorate(handler: View) -> View:
        @csrf_exempt
        @wraps(handler)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method or ""
            if method not in scopes:
                return method_not_allowed(scopes)
            # The API speaks English, whatever Accept-Language says.
            with override("en"):
                return _limited(request, scopes[method], handler, *args, **kwargs)

        return guarded

    return decorate


def _limited(
    request: HttpRequest, scope: str, handler: View, *args: object, **kwargs: object
) -> HttpResponse:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    bearer = check_bearer(value.strip()) if kind.lower() == "bearer" and value else None
    if bearer is None:
        taken = hit(request, "anonymous")
    elif bearer.application:
        taken = hit(request, "application", f"application-{bearer.application.pk}")
    else:
        taken = hit(request, "application", f"user-{bearer.user.pk}")
    if taken and taken.retry_after:
        response: HttpResponse = failure(429, "Too many calls. Wait as Retry-After says.")
    elif bearer is None:
        response = unauthorized("Send a live token: Authorization: Bearer and its value.")
    elif scope not in bearer.scopes:
        response = failure(403, f"This token lacks the scope {scope}.")
    else:
        response = handler(request, bearer, *args, **kwargs)
    if taken:
        taken.write_headers(response)
    return response
