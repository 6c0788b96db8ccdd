"""The open order itself: open, look, delete, attributes, quote, validate and submit."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import Field

from shop.access.rate_limits import take
from shop.open_order.envelope import Fault, answer, failure, keep_out_of_logs
from shop.open_order.representations import basket_of, links, order_body, present_quote
from shop.open_order.request import Call, for_owners
from shop.orders.basket import missing
from shop.orders.document import Refused
from shop.orders.models import Basket, Order, State
from shop.orders.open_orders import delete_open, open_order, orders_of
from shop.orders.placing import Caller, NotOpen, PriceChanged
from shop.orders.resources import Resource, read_attributes, read_resource
from shop.orders.submission import check, submit


class Nothing(Resource):
    """What opening an order needs."""


class Action(Resource):
    """What is to be done with the order."""

    action: Literal["validate", "submit"]
    quote_hash: str | None = None
    # Reserved by the source, never read.
    action_data: dict[str, Any] | None = Field(default=None, exclude=True)


@for_owners("POST", opens_alone=True)
def opening(call: Call) -> HttpResponse:
    """`POST /orders`: open an order."""
    return _open(call)


@for_owners("GET", "POST", "DELETE")
def order(call: Call) -> HttpResponse:
    """`/order` and `/orders/{order_hash}`."""
    if call.request.method == "POST":
        return _open(call)
    if call.request.method == "DELETE":
        delete_open(call.found)
        return answer(204)
    return answer(200, order_body(call))


@for_owners("GET", "DELETE")
def explicit_order(call: Call) -> HttpResponse:
    """`/orders/{order_hash}`, which is open or placed already."""
    if call.request.method == "DELETE":
        delete_open(call.found)
        return answer(204)
    return answer(200, order_body(call))


@for_owners("GET", "PUT")
def attributes(call: Call) -> HttpResponse:
    """`…/attributes`."""
    if call.request.method == "PUT":
        given = read_attributes(call.body())
        asks_for_webhooks = any(each["name"] == "redirection_uri" for each in given)
        if asks_for_webhooks and call.who.application is None:
            text = "needs an application's Bearer token."
            raise Fault(403, "Only programs are told by webhook.", {"redirection_uri": text})

        def change(basket: Basket) -> None:
            basket.attributes = given
            basket.application = call.who.application if asks_for_webhooks else None

        call.change(change)
    found = basket_of(call).attributes
    if found is None:
        raise Fault(404, "No attributes have been set.")
    return answer(200, {"list": found, "links": links(call, "attributes")})


@for_owners("GET")
def quote(call: Call) -> HttpResponse:
    """`…/quote`: what the order costs."""
    return answer(200, {"quote": present_quote(call), "links": links(call, "quote")})


@for_owners("POST")
def action(call: Call) -> HttpResponse:
    """`…/action`: validate or submit."""
    given = read_resource(Action, call.body())
    if call.order is None:
        placed = orders_of(call.owner).exclude(state=State.NEW)
        if given["action"] == "submit" and placed.exists():
            raise Fault(409, "There is no open order: the last one is placed.")
        raise Refused(missing(Basket()))
    if call.order.state != State.NEW:
        if given["action"] == "submit":
            raise Fault(409, "The order has been placed already.")
        raise NotOpen
    if given["action"] == "validate":
        check(basket_of(call), call.who.client_admin)
        return answer(204)
    return _submit(call, given.get("quoteHash"))


def _open(call: Call) -> HttpResponse:
    if call.has_body:
        read_resource(Nothing, call.body())
    call.order, call.opened_for = open_order(call.owner)
    body = {
        "orderId": call.order.order_hash,
        "ownerId": call.opened_for.owner_id,
        "links": {"self": {"href": call.location() + "/", "rel": "self"}},
    }
    response = answer(201, body)
    response["Location"] = call.location()
    return response


def _submit(call: Call, quote_hash: str | None) -> HttpResponse:
    who = call.who
    if who.user is None and who.application is None:
        # What cannot be placed is refused for that, and does not count.
        check(basket_of(call), who.client_admin)
        taken = take(call.request, "orders")
        if taken and taken.wait:
            call.taken.append(taken)
            raise Fault(429, "There were many orders from here. Wait a while.")
    caller = Caller(who.application, who.user, who.client_admin)
    try:
        submit(call.found, caller, quote_hash=quote_hash)
    except PriceChanged:
        text = "is no longer the quote's Hash."
        raise Fault(409, "The price has changed. Look at the quote.", {"quoteHash": text}) from None
    except NotOpen:
        if not Order.objects.filter(pk=call.found.pk).exists():
            raise
        raise Fault(409, "The order has been placed already.") from None
    response = answer(202)
    response["Location"] = call.location()
    return response


@csrf_exempt
def nothing(request: HttpRequest, **names: str) -> HttpResponse:
    """Any other address below: among them what was left out on purpose."""
    response = failure(Fault(404, "There is nothing at this address."))
    keep_out_of_logs(request, response)
    return response
