"""Entry of every open order request: authentication, limits, and the order it is about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from shop.access.call_counts import note_caller
from shop.access.models import Application
from shop.access.rate_limits import RateLimit, hit_by
from shop.base_url import base_url
from shop.faults import fault
from shop.json_body import UnreadableBodyError, has_body, read_json
from shop.log_context import note_order
from shop.open_order.authentication import NOBODY, Authenticated, authenticate
from shop.open_order.envelope import ApiError, answer, invalid, refuse
from shop.openapi import METHODS, SAFE, Operation, described, scope_for
from shop.orders.archived_order import ArchivedOrder, archived_by_hash
from shop.orders.card_numbers import hide_cards
from shop.orders.models import HASH, Basket, Order, State
from shop.orders.open_orders import (
    AlreadyOpenError,
    Owner,
    find_open,
    locked_basket,
    update_open_order,
    visible_to,
)
from shop.orders.placing import NotOpenError
from shop.owner_cookie import PROGRAMS, read_owner_id, write_owner_id

Resource = Callable[..., HttpResponse]


@dataclass
class OpenOrderRequest:
    """A request with its caller and its order."""

    request: HttpRequest
    who: Authenticated
    owner: Owner
    explicit: bool  # at /orders/{order_hash}, not at /order
    order: Order | None = None
    opened_for: Owner | None = None
    taken: list[RateLimit] = field(default_factory=list)  # limits that counted this request

    @property
    def root(self) -> str:
        """The URL of the server, without a trailing slash."""
        return base_url(self.request)

    @property
    def found(self) -> Order:
        """The order. Raises ApiError where there is none."""
        if self.order is None:
            raise no_order(explicit=self.explicit)
        return self.order

    def url(self, path: str = "") -> str:
        """The URL of the order's child at `path`, below `/order` for its callers."""
        base = f"/orders/{self.found.order_hash}" if self.explicit else "/order"
        return f"{self.root}{base}/{path}"

    def location(self) -> str:
        """The permanent URL of the order."""
        return f"{self.root}/orders/{self.found.order_hash}"

    @property
    def has_body(self) -> bool:
        """True if the request has a body."""
        return has_body(self.request)

    def body(self) -> Any:
        """The JSON value of the body. Raises ApiError."""
        try:
            return read_json(self.request)
        except UnreadableBodyError as error:
            raise ApiError(error.status, error.fault, headers=error.headers) from None

    def change(self, change: Callable[[Basket], None]) -> None:
        """Change the basket; below `/order`, open an order first if there is none."""
        if self.explicit:
            with locked_basket(self.found) as basket:
                change(basket)
        else:
            basket, self.opened_for = update_open_order(self.owner, change)
        self.order = basket.order
        self.order.basket = basket


def owner_required(
    text: str = "", /, *, left_out: str = "", opens_alone: bool = False, **operations: Operation
) -> Callable[[Resource], Resource]:
    """View decorator: accept `operations` from the owner of the order, errors as JSON.

    `text` describes the resource. A method that is `left_out` on purpose gets 404. `opens_alone`:
    the view needs no order.
    """
    methods = sorted(operations, key=METHODS.index)

    def decorate(resource: Resource) -> Resource:
        @csrf_exempt  # `_refuse_other_sites` replaces the token
        @wraps(resource)
        def guarded(
            request: HttpRequest, order_hash: str | None = None, **names: str
        ) -> HttpResponse:
            taken: list[RateLimit] = []
            with override("en"):
                try:
                    if request.method == left_out:
                        raise ApiError(404, fault("left_out"))  # noqa: TRY301 -- handled below
                    call = _enter(request, order_hash, methods, taken, opens_alone)
                    response = _answer(call, methods, resource, names)
                except ApiError as error:
                    response = refuse(request, error)
            for each in taken:
                each.write_headers(response)
            operation = operations.get(_method(request))
            if operation and operation.deprecation:
                operation.deprecation.write_headers(base_url(request), response)
            return response

        return described(guarded, text, operations)

    return decorate


def _enter(
    request: HttpRequest,
    order_hash: str | None,
    methods: list[str],
    taken: list[RateLimit],
    opens_alone: bool,
) -> OpenOrderRequest:
    """Authenticate the caller and find the order. Raises ApiError."""
    method = _method(request)
    if method not in SAFE:
        _refuse_other_sites(request)
    if method not in {*methods, "OPTIONS"}:
        allow = {"Allow": ", ".join(_allowed(methods))}
        raise ApiError(405, fault("method_not_allowed"), headers=allow)
    who = _identify(request, taken)
    scope = scope_for(method)
    if who.scopes is not None and scope not in who.scopes:
        challenge = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}
        raise ApiError(403, fault("insufficient_scope", scope=scope), headers=challenge)
    if request.GET:
        raise invalid({hide_cards(name): [fault("unknown_parameter")] for name in request.GET})
    owner = Owner(read_owner_id(request), who.user)
    call = OpenOrderRequest(request, who, owner, explicit=order_hash is not None, taken=taken)
    opens = opens_alone or (order_hash is None and method in {"POST", "PUT"})
    if not (owner or who.application or opens):
        raise ApiError(401, fault("missing_owner"))
    call.order = _find(call, order_hash)
    if call.order is None and not opens:
        raise no_order(explicit=call.explicit)
    return call


def _answer(
    call: OpenOrderRequest, methods: list[str], resource: Resource, names: dict[str, str]
) -> HttpResponse:
    placed = call.order is not None and call.order.state != State.NEW
    allowed = _allowed(methods, placed=placed)
    if call.request.method == "OPTIONS":
        return answer(200, {}, Allow=", ".join(allowed))
    # `action` itself answers a second submit.
    if placed and _method(call.request) not in allowed and resource.__name__ != "action":
        raise _too_late(call, methods)
    try:
        response = resource(call, **names)
    except NotOpenError:
        raise _too_late(call, methods) from None
    except AlreadyOpenError:
        raise ApiError(409, fault("already_open")) from None
    write_owner_id(response, call.opened_for, PROGRAMS)
    return response


def _too_late(call: OpenOrderRequest, methods: list[str]) -> ApiError:
    """The error for an order that was placed or deleted meanwhile."""
    pk = call.found.pk
    is_there = Order.objects.filter(pk=pk).exists() or ArchivedOrder.objects.filter(pk=pk).exists()
    if call.explicit and is_there:
        allow = {"Allow": ", ".join(_allowed(methods, placed=True))}
        return ApiError(405, fault("no_longer_open"), headers=allow)
    return no_order(explicit=call.explicit)


def no_order(*, explicit: bool) -> ApiError:
    """The error of a call that is about no order of this owner."""
    return ApiError(404, fault("order_not_found" if explicit else "no_open_order"))


def _find(call: OpenOrderRequest, order_hash: str | None) -> Order | None:
    if order_hash is None:
        return find_open(call.owner)
    if not HASH.fullmatch(order_hash):
        return None
    # A user's token sees that user's orders alone, also where an application got it (contract).
    application = None if call.who.user else call.who.application
    seen = Order.objects.filter(visible_to(call.owner, application), order_hash=order_hash)
    found = seen.select_related("basket", "product").first()
    found = found or _find_archived(order_hash, call.owner, application)
    note_order(found)
    return found


def _find_archived(order_hash: str, owner: Owner, application: Application | None) -> Order | None:
    """Return the archived order of this hash if the caller may read it, as `visible_to` says."""
    archived = archived_by_hash(order_hash)
    if archived is None:
        return None
    order = archived.order
    of_user = owner.user is not None and owner.user.pk in {order.owner_id, order.placed_by_id}
    of_browser = bool(owner.owner_id) and order.owner_digest == owner.digest
    of_application = application is not None and order.application_id == application.pk
    return order if of_user or of_browser or of_application else None


def _method(request: HttpRequest) -> str:
    return "GET" if request.method == "HEAD" else request.method or ""


def _allowed(methods: list[str], *, placed: bool = False) -> list[str]:
    allowed = [method for method in methods if method == "GET" or not placed]
    return [*allowed, *(["HEAD"] if "GET" in allowed else []), "OPTIONS"]


def _refuse_other_sites(request: HttpRequest) -> None:
    """Raise ApiError for a request from a page of another site."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = urlsplit(base_url(request))
    if site not in {None, "same-origin", "none"} or (
        origin is not None and origin.lower() != f"{ours.scheme}://{ours.netloc}".lower()
    ):
        raise ApiError(403, fault("other_site"))


def _identify(request: HttpRequest, taken: list[RateLimit]) -> Authenticated:
    """Authenticate the caller and count the request. Raises ApiError."""
    refused = None
    try:
        who = authenticate(request)
    except ApiError as error:
        who, refused = NOBODY, error
    note_caller(request, who.application, who.user)
    if count := hit_by(request, who.application or who.user):
        taken.append(count)
        if count.retry_after:
            raise ApiError(429, fault("too_many_calls"))
    if refused:
        raise refused
    return who
