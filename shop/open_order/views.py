"""The open order itself: open, look, delete, attributes, quote, validate and submit."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import Field

from shop.access.idempotency import KeyRefusedError, holder_of, idempotent
from shop.access.rate_limits import hit
from shop.faults import fault
from shop.open_order.envelope import ApiError, answer, refuse
from shop.open_order.mapping import put_attributes, refusal
from shop.open_order.representations import (
    basket_of,
    catalogue_links,
    order_body,
    quote_body,
    shown,
)
from shop.open_order.request import OpenOrderRequest, owner_required
from shop.open_order.resources import Attributes, Resource, read_resource
from shop.open_order.response_models import AttributesAnswer, Opened, OpenOrder, QuoteAnswer
from shop.openapi import Operation, delete, put, show
from shop.orders.basket import check_basket, incomplete
from shop.orders.document import CheckedDocument, InvalidDocumentError
from shop.orders.models import Basket, Order, State
from shop.orders.open_orders import delete_open, locked_basket, open_order, orders_of
from shop.orders.placing import (
    ANYBODY,
    Caller,
    NotOpenError,
    PriceChangedError,
    quote_hash_of,
    submit_open_order,
)


class Opening(Resource):
    """The body of a call that opens an order: an empty object, or none."""


class Action(Resource):
    """An action on the order."""

    action: Literal["validate", "submit"]
    """validate: could it be submitted? submit: place it."""
    quote_hash: str | None = None
    """The Hash of the quote that was agreed to. Where it is no longer true, the answer is 409."""
    action_data: dict[str, Any] | None = Field(default=None, exclude=True)
    """Reserved by the older description; never read."""


OPEN = Operation(
    "openOrder",
    "Open an order",
    "An owner has one open order at a time. Seldom needed: the first PUT or POST below /order "
    "opens one too.",
    {201: Opened},
    Opening,
)
SHOW = show(
    *("OpenOrder", "the order", OpenOrder),
    "Whether it is open, or how far it is once placed, and where its parts are.",
)
DELETE = delete("OpenOrder", "the order", "With all it holds. A placed one stays.")


def _order(call: OpenOrderRequest) -> HttpResponse:
    """`/order`, `/orders` and `/orders/{order_hash}`: open an order, show it, delete it."""
    if call.request.method == "POST":
        return _open(call)
    if call.request.method == "DELETE":
        delete_open(call.found)
        return answer(204)
    return answer(200, order_body(call))


order = owner_required(POST=OPEN, GET=SHOW, DELETE=DELETE)(_order)
explicit_order = owner_required(GET=SHOW, DELETE=DELETE)(_order)
opening = owner_required(POST=OPEN, opens_alone=True)(_order)


@owner_required(
    "AffiliateId and redirection_uri.",
    GET=show("Attributes", "the attributes", AttributesAnswer),
    PUT=put(
        *("Attributes", "the attributes", Attributes, AttributesAnswer),
        "All of them, each name once. redirection_uri needs an application's Bearer token.",
    ),
)
def attributes(call: OpenOrderRequest) -> HttpResponse:
    """`…/attributes`."""
    if call.request.method == "PUT":
        given = read_resource(Attributes, call.body())
        asks_for_webhooks = any(each["name"] == "redirection_uri" for each in given)
        if asks_for_webhooks and call.who.application is None:
            at_fault = {"redirection_uri": [fault("application_needed")]}
            raise ApiError(403, fault("webhooks_for_programs"), at_fault)
        call.change(lambda basket: put_attributes(basket, given, call.who.application))
    kept = basket_of(call).attributes
    found = None if kept is None else {"list": kept}
    return shown(call, "attributes", found)


@owner_required(
    "What it costs.",
    GET=show("Quote", "what the order costs", QuoteAnswer, "Amounts have two decimals."),
)
def quote(call: OpenOrderRequest) -> HttpResponse:
    """`…/quote`: what the order costs."""
    return shown(call, "quote", {"quote": quote_body(call)}, **catalogue_links(call))


@owner_required(
    "Validate or submit.",
    POST=Operation(
        "act",
        "Validate or submit",
        "validate answers 204 where the order could be placed. submit places it: 202, and "
        "Location is where it can be followed. An Idempotency-Key counts for submit alone.",
        {202: None, 204: None},
        Action,
        refusals={
            400: "The order lacks something, or its members break rules: each is named in details.",
            409: "The quoteHash is no longer that of the quote; the order has been placed already; "
            "or the first call with this Idempotency-Key still runs.",
            422: "The Idempotency-Key is malformed, or was used for another request.",
        },
        keyed=True,
    ),
)
def action(call: OpenOrderRequest) -> HttpResponse:
    """`…/action`: validate or submit."""
    given = read_resource(Action, call.body())
    if given["action"] == "submit":
        return _submit_once(call, given)
    if call.order is None:
        raise refusal(incomplete(Basket()), Basket())
    if call.order.state != State.NEW:
        raise NotOpenError
    checked = _check(call, basket_of(call))
    if given.get("quoteHash") not in {None, quote_hash_of(checked)}:
        raise _price_changed()
    return answer(204)


def _open(call: OpenOrderRequest) -> HttpResponse:
    if call.has_body:
        read_resource(Opening, call.body())
    call.order, call.opened_for = open_order(call.owner)
    body = {
        "orderId": call.order.order_hash,
        "ownerId": call.opened_for.owner_id,
        "links": {"self": {"href": call.location() + "/", "rel": "self"}},
    }
    return answer(201, body, Location=call.location())


def _submit_once(call: OpenOrderRequest, given: dict[str, Any]) -> HttpResponse:
    """Submit; repeated with the same `Idempotency-Key`, answer as the first time."""
    holder = holder_of(call.who.application, call.who.user, call.owner.digest)
    try:
        return idempotent(
            call.request,
            given,
            holder,
            lambda: _submit(call, given.get("quoteHash")),
            lambda kept: answer(kept.status),
        )
    except KeyRefusedError as refused:
        at_fault = {"Idempotency-Key": [refused.fault]}
        raise ApiError(refused.status, refused.fault, at_fault) from None


def _submit(call: OpenOrderRequest, quote_hash: str | None) -> HttpResponse:
    if call.order is None:
        last = orders_of(call.owner).exclude(state=State.NEW).order_by("-created_at").first()
        if last is None:
            raise refusal(incomplete(Basket()), Basket())
        raise _placed_already(call, last)
    if call.order.state != State.NEW:
        raise _placed_already(call, call.order)
    caller = Caller(call.who.application, call.who.user)
    try:
        with locked_basket(call.found) as basket:
            checked = _check(call, basket)
            if caller == ANYBODY:
                _count_order(call)
            submit_open_order(basket, checked, caller, quote_hash=quote_hash)
    except InvalidDocumentError as error:
        raise refusal(error.problems, basket) from None
    except PriceChangedError:
        raise _price_changed() from None
    except NotOpenError:
        if not Order.objects.filter(pk=call.found.pk).exists():
            raise
        raise _placed_already(call, call.found) from None
    return answer(202, Location=call.location())


def _placed_already(call: OpenOrderRequest, order: Order) -> ApiError:
    """409 that says where the placed order is: the answer to its submit may have been lost."""
    headers = {"Location": f"{call.root}/orders/{order.order_hash}"}
    return ApiError(409, fault("already_placed"), headers=headers)


def _price_changed() -> ApiError:
    return ApiError(409, fault("price_changed"), {"quoteHash": [fault("outdated_quote")]})


def _check(call: OpenOrderRequest, basket: Basket) -> CheckedDocument:
    try:
        return check_basket(basket, call.who.client_admin)
    except InvalidDocumentError as error:
        raise refusal(error.problems, basket) from None


def _count_order(call: OpenOrderRequest) -> None:
    """Count an order of nobody known. One that cannot be placed does not count."""
    taken = hit(call.request, "orders")
    if taken and taken.retry_after:
        call.taken.append(taken)
        raise ApiError(429, fault("too_many_orders"))


@csrf_exempt
def nothing(request: HttpRequest, **names: str) -> HttpResponse:
    """Any other path below, including what was left out on purpose."""
    return refuse(request, ApiError(404, fault("address_not_found")))
