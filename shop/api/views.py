"""`/api/orders`: the Webgate-style orders API."""

from collections.abc import Callable
from functools import wraps

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from shop.access.bearer import Bearer, check_bearer
from shop.access.tokens import READ, WRITE
from shop.api.bodies import Unreadable, read_json
from shop.api.envelope import failure, method_not_allowed, success, unauthorized
from shop.orders.document import Refused
from shop.orders.models import HASH, Order, State
from shop.orders.placing import Caller, place_order
from shop.orders.presenting import present
from shop.requests import base_url

View = Callable[..., HttpResponse]


def for_bearers(**scopes: str) -> Callable[[View], View]:
    """Let a request in whose method is a key of `scopes`, by a live token of that scope."""

    def decorate(handler: View) -> View:
        @csrf_exempt
        @wraps(handler)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method or ""
            if method not in scopes:
                return method_not_allowed(scopes)
            kind, _, value = request.headers.get("Authorization", "").partition(" ")
            if kind.lower() != "bearer" or not value:
                return unauthorized("Authenticate with Authorization: Bearer and your token.")
            bearer = check_bearer(value.strip())
            if bearer is None:
                return unauthorized("This token is unknown, expired or revoked.")
            if scopes[method] not in bearer.scopes:
                return failure(403, f"This token lacks the scope {scopes[method]}.")
            # The API speaks English whatever language the caller's browser would like.
            with override("en"):
                return handler(request, bearer, *args, **kwargs)

        return guarded

    return decorate


@for_bearers(POST=WRITE)
def orders(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """Place an order."""
    try:
        body = read_json(request)
    except Unreadable as error:
        return failure(error.status, error.sentence)
    document = body.get("order") if isinstance(body, dict) else None
    if not isinstance(document, dict):
        return failure(400, 'The body must be an object with the member "order", an object.')
    try:
        placed = place_order(document, _caller(bearer))
    except Refused as refusal:
        return failure(422, refusal.errors)
    response = success(201, {"order": present(placed, base_url(request))})
    response["Location"] = reverse("api_order", args=[placed.order_hash])
    return response


@for_bearers(GET=READ)
def order(request: HttpRequest, bearer: Bearer, order_hash: str) -> HttpResponse:
    """Show an order to whom placed it; to anybody else it does not exist."""
    found = None
    if HASH.fullmatch(order_hash):
        found = _placed_by(bearer).filter(order_hash=order_hash).select_related("product").first()
    if found is None:
        return failure(404, "There is no such order.")
    return success(200, {"order": present(found, base_url(request))})


def _caller(bearer: Bearer) -> Caller:
    return Caller(application=bearer.application, user=bearer.token.user)


def _placed_by(bearer: Bearer) -> QuerySet[Order]:
    placed = Order.objects.exclude(state=State.NEW)
    if bearer.application:
        return placed.filter(application=bearer.application)
    return placed.filter(application=None, placed_by=bearer.user)
