"""What every call of the open order goes through before its resource is asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt

from shop.access.rate_limits import RateLimit, hit
from shop.access.tokens import READ, WRITE
from shop.base_url import base_url
from shop.json_body import UnreadableBodyError, read_json
from shop.open_order.authentication import Authenticated, authenticate
from shop.open_order.envelope import ApiError, answer, details_of, failure, keep_out_of_logs
from shop.orders.basket import CurrencyMismatchError, NeedsClientAdminError
from shop.orders.document import InvalidDocumentError
from shop.orders.models import HASH, Basket, Order, State
from shop.orders.open_orders import (
    AlreadyOpenError,
    find_open,
    locked_basket,
    update_open_order,
    visible_to,
)
from shop.orders.owners import PROGRAMS, Owner, read_owner_id, write_owner_id
from shop.orders.placing import NotOpenError

Resource = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass
class OpenOrderRequest:
    """One call: who makes it, for which order, and where its links begin."""

    request: HttpRequest
    who: Authenticated
    owner: Owner
    explicit: bool  # by /orders/{order_hash}, not by the shorthand
    order: Order | None = None
    opened_for: Owner | None = None
    taken: list[RateLimit] = field(default_factory=list)  # what has counted this call

    @property
    def root(self) -> str:
        """The address of the server, without a slash at its end."""
        return base_url(self.request).rstrip("/")

    @property
    def found(self) -> Order:
        """The order; resources that are asked for it never see a call without one."""
        if self.order is None:
            raise ApiError(404, "There is no such order.")
        return self.order

    def url(self, path: str = "") -> str:
        """The address of the order's child at `path`, within the shorthand for its callers."""
        base = f"/orders/{self.found.order_hash}" if self.explicit else "/order"
        return f"{self.root}{base}/{path}"

    def location(self) -> str:
        """Where the order will always be found."""
        return f"{self.root}/orders/{self.found.order_hash}"

    @property
    def has_body(self) -> bool:
        """Whether anything was sent, however much."""
        meta = self.request.META
        return meta.get("CONTENT_LENGTH") not in {None, "", "0"} or "HTTP_TRANSFER_ENCODING" in meta

    def body(self) -> Any:
        """The JSON value that was sent. Raises Fault."""
        try:
            return read_json(self.request)[0]
        except UnreadableBodyError as error:
            raise ApiError(error.status, error.sentence) from None

    def change(self, change: Callable[[Basket], None]) -> None:
        """Do `change` with the basket; below the shorthand an order is opened where none is."""
        if self.explicit:
            with locked_basket(self.found) as basket:
                change(basket)
        else:
            changed = update_open_order(self.owner, change)
            basket, self.opened_for = changed.basket, changed.owner
        self.order = basket.order
        self.order.basket = basket


def owner_required(
    *methods: str, left_out: str = "", opens_alone: bool = False
) -> Callable[[Resource], Resource]:
    """Let a request in by one of `methods`, with the open order it is about.

    A method that is `left_out` on purpose finds nothing. What `opens_alone` needs no order.
    """

    def decorate(resource: Resource) -> Resource:
        @csrf_exempt  # the guard against other sites is `_refuse_other_sites`
        @wraps(resource)
        def guarded(
            request: HttpRequest, order_hash: str | None = None, **names: str
        ) -> HttpResponse:
            taken: list[RateLimit] = []
            with override("en"):
                try:
                    if request.method == left_out:
                        raise ApiError(404, "This was left out on purpose.")  # noqa: TRY301 -- told like any fault
                    call = _enter(request, order_hash, methods, taken, opens_alone)
                    response = _answer(call, methods, resource, names)
                except ApiError as fault:
                    response = failure(fault)
                    _challenge(request, response)
                    keep_out_of_logs(request, response)
            for each in taken:
                each.write_headers(response)
            return response

        return guarded

    return decorate


def _enter(
    request: HttpRequest,
    order_hash: str | None,
    methods: tuple[str, ...],
    taken: list[RateLimit],
    opens_alone: bool,
) -> OpenOrderRequest:
    """The call, with its order where there is one. Raises Fault."""
    method = _method(request)
    if method not in SAFE:
        _refuse_other_sites(request)
    if method not in {*methods, "OPTIONS"}:
        raise ApiError(405, "This address does not know this method.", allow=_allowed(methods))
    who = _identify(request, taken)
    scope = READ if method in SAFE else WRITE
    if who.scopes is not None and scope not in who.scopes:
        raise ApiError(403, f"This token lacks the scope {scope}.")
    owner = Owner(read_owner_id(request), who.user)
    call = OpenOrderRequest(request, who, owner, explicit=order_hash is not None, taken=taken)
    opens = opens_alone or (order_hash is None and method in {"POST", "PUT"})
    if not (owner or who.application or opens):
        raise ApiError(401, "Send the cookie OwnerId, or authenticate.")
    call.order = _find(call, order_hash)
    if call.order is None and not opens:
        raise ApiError(404, "There is no such order.")
    return call


def _answer(
    call: OpenOrderRequest, methods: tuple[str, ...], resource: Resource, names: dict[str, str]
) -> HttpResponse:
    placed = call.order is not None and call.order.state != State.NEW
    allowed = _allowed(methods, placed=placed)
    if call.request.method == "OPTIONS":
        response = answer(200, {})
        response["Allow"] = ", ".join(allowed)
        return response
    # A second submit is told apart from a change that comes too late.
    if placed and _method(call.request) not in allowed and resource.__name__ != "action":
        raise _too_late(call, methods)
    try:
        response = resource(call, **names)
    except InvalidDocumentError as refusal:
        raise ApiError(400, "The request has faults.", details_of(refusal.errors)) from None
    except CurrencyMismatchError:
        raise ApiError(409, "The account is in another currency than the tier.") from None
    except NeedsClientAdminError:
        text = "needs a caller who is authenticated as the client_admin of this client."
        raise ApiError(403, "This is not your client.", {"accountNumber": text}) from None
    except NotOpenError:
        raise _too_late(call, methods) from None
    except AlreadyOpenError:
        raise ApiError(409, "There is an open order of this owner already.") from None
    if call.opened_for and call.opened_for.owner_id:
        write_owner_id(response, call.opened_for.owner_id, PROGRAMS)
    return response


def _too_late(call: OpenOrderRequest, methods: tuple[str, ...]) -> ApiError:
    """Somebody has placed the order meanwhile, or deleted it."""
    if call.explicit and Order.objects.filter(pk=call.found.pk).exists():
        allow = _allowed(methods, placed=True)
        return ApiError(405, "The order is placed: it cannot be changed.", allow=allow)
    return ApiError(404, "There is no such order.")


def _find(call: OpenOrderRequest, order_hash: str | None) -> Order | None:
    if order_hash is None:
        return find_open(call.owner)
    if not HASH.fullmatch(order_hash):
        return None
    seen = Order.objects.filter(visible_to(call.owner, call.who.application))
    return seen.filter(order_hash=order_hash).select_related("basket", "product").first()


def _method(request: HttpRequest) -> str:
    return "GET" if request.method == "HEAD" else request.method or ""


def _allowed(methods: tuple[str, ...], *, placed: bool = False) -> list[str]:
    allowed = [method for method in methods if method == "GET" or not placed]
    return [*allowed, *(["HEAD"] if "GET" in allowed else []), "OPTIONS"]


def _refuse_other_sites(request: HttpRequest) -> None:
    """A page of another site may neither build nor submit nor delete an order."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    ours = urlsplit(base_url(request))
    if site not in {None, "same-origin", "none"} or (
        origin is not None and origin.lower() != f"{ours.scheme}://{ours.netloc}".lower()
    ):
        raise ApiError(403, "This call comes from a page of another site.")


def _identify(request: HttpRequest, taken: list[RateLimit]) -> Authenticated:
    """Who calls, their call counted. Raises Fault."""
    try:
        who = authenticate(request)
    except ApiError:
        _count(request, taken, "anonymous", "")
        raise
    if who.application:
        _count(request, taken, "application", f"application-{who.application.pk}")
    elif who.user:
        _count(request, taken, "application", f"user-{who.user.pk}")
    else:
        _count(request, taken, "anonymous", "")
    return who


def _count(request: HttpRequest, taken: list[RateLimit], name: str, holder: str) -> None:
    count = hit(request, name, holder)
    if count is None:
        return
    taken.append(count)
    if count.wait:
        raise ApiError(429, "Too many calls. Wait as Retry-After says.")


def _challenge(request: HttpRequest, response: HttpResponse) -> None:
    """Tell programs how to authenticate; a browser would put up its own dialogue for Basic."""
    if response.status_code != 401:
        return
    browser = any(name.lower().startswith("sec-fetch-") for name in request.headers)
    challenges = ["Bearer"] if browser else ['Basic realm="orders", charset="UTF-8"', "Bearer"]
    response["WWW-Authenticate"] = ", ".join(challenges)
