"""`/api/orders`: place an order, list orders, show and change one (contract, "Orders API")."""

from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from shop.access.idempotency import KeyRefusedError, holder_of, idempotent
from shop.access.models import IdempotentResponse
from shop.access.tokens import Bearer
from shop.api.auth import bearer_required
from shop.api.change_schema import OrderChange
from shop.api.list_parameters import ListQuery
from shop.api.order_list import list_orders
from shop.api.paging import InvalidQueryError
from shop.api.placed_orders import find_archived, find_order
from shop.api.response_schema import OrderAnswer
from shop.api.responses import OWN_HEADERS, failure, success
from shop.base_url import base_url, registration_url
from shop.billing.shown_subscriptions import shown_subscription
from shop.faults import fault
from shop.json_body import UnreadableBodyError, read_json
from shop.openapi import Operation
from shop.orders.document import CheckedDocument, InvalidDocumentError, check_document
from shop.orders.models import Order
from shop.orders.order_fields import OrderDocument
from shop.orders.placing import Caller, place_order
from shop.orders.problems import Problem
from shop.orders.serializers import serialize_order
from shop.packing.program_changes import ChangedMeanwhileError, WrongStateError, change_order


@bearer_required(
    POST=Operation(
        "placeOrder",
        "Place an order",
        "An order is set up as soon as it is complete. What is missing, your customer fills in on "
        "its registration page.",
        answers={201: OrderAnswer},
        body=OrderDocument,
        headers=("Location", "Idempotency-Replayed"),
        keyed=True,
    ),
    GET=Operation(
        "listOrders",
        "List your orders, newest first",
        "The orders that this application placed, in pages.",
        answers={200: list[OrderAnswer]},
        query=ListQuery,
        headers=("Total", "Per-Page", "Links", "Link"),
    ),
)
def orders(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    """Place an order, or list those that were placed."""
    if request.method == "POST":
        return _place(request, bearer)
    try:
        page = list_orders(request.GET, bearer)
    except InvalidQueryError as refusal:
        return failure(422, refusal.faults)
    base = base_url(request)
    shown = [shown_order(order, base) for order in page.rows]
    return page.answer(shown, urljoin(base, request.path))


@bearer_required(
    GET=Operation("showOrder", "Show an order", "The order as it is now.", {200: OrderAnswer}),
    PATCH=Operation(
        "changeOrder",
        "Change an order",
        "Changes reference and metadata, at any time; corrects names, e-mail address and login, and "
        "fills in billing, while the state of the order allows it. All fields are changed, or none.",
        answers={200: OrderAnswer},
        body=OrderChange,
        refusals={
            409: "The order's state doesn't allow these changes, or it is archived: nothing was "
            "changed."
        },
    ),
)
def order(request: HttpRequest, bearer: Bearer, order_hash: str) -> HttpResponse:
    """Show or change an order for the application or user that placed it; else 404."""
    found = find_order(order_hash, bearer)
    if found is None:
        return _archived(request, bearer, order_hash)
    if request.method == "PATCH":
        return _change(request, bearer, found)
    return success(200, {"order": shown_order(found, base_url(request))})


def _archived(request: HttpRequest, bearer: Bearer, order_hash: str) -> HttpResponse:
    found = find_archived(order_hash, bearer)
    if found is None:
        return failure(404, fault("order_not_found"))
    if request.method == "PATCH":
        return failure(409, fault("order_archived"))
    return success(200, {"order": shown_order(found, base_url(request))})


def _place(request: HttpRequest, bearer: Bearer) -> HttpResponse:
    try:
        value = read_json(request)
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    document = _document(value)
    if document is None:
        return failure(400, fault("no_order"))

    def call() -> HttpResponse:
        caller = Caller(application=bearer.application, user=bearer.token.user)
        try:
            placed = place_order(_checked(document, _beside(value)), caller)
        except InvalidDocumentError as refusal:
            return failure(422, refusal.faults)
        location = reverse("api_order", args=[placed.order_hash])
        shown = serialize_order(placed, registration_url(placed, base_url(request)))
        return success(201, {"order": shown}, {"Location": location})

    holder = holder_of(bearer.application, bearer.token.user)
    try:
        return idempotent(request, value, holder, call, _replay)
    except KeyRefusedError as refusal:
        return failure(refusal.status, refusal.fault)


def _change(request: HttpRequest, bearer: Bearer, found: Order) -> HttpResponse:
    try:
        value = read_json(request)
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    document = _document(value)
    if document is None:
        return failure(400, fault("no_order"))
    try:
        change_order(found, document, actor=bearer.token.user, problems=_beside(value))
    except WrongStateError as refusal:
        return failure(409, refusal.faults)
    except InvalidDocumentError as refusal:
        return failure(422, refusal.faults)
    except ChangedMeanwhileError:
        return failure(409, fault("changed_meanwhile"))
    changed = find_order(found.order_hash, bearer) or found
    return success(200, {"order": shown_order(changed, base_url(request))})


def _document(value: Any) -> dict[str, Any] | None:
    """The member `order` of a body; None where it has none, or it is no object."""
    document = value.get("order") if isinstance(value, dict) else None
    return document if isinstance(document, dict) else None


def _beside(value: dict[str, Any]) -> list[Problem]:
    return [Problem(name, "beside_the_order") for name in sorted(value.keys() - {"order"})]


def _replay(kept: IdempotentResponse) -> HttpResponse:
    return HttpResponse(kept.body, "application/json", kept.status, headers=OWN_HEADERS)


def _checked(document: dict[str, Any], beside: list[Problem]) -> CheckedDocument:
    """The checked `document`. Raises InvalidDocumentError, also for members `beside` it."""
    try:
        checked = check_document(document)
    except InvalidDocumentError as error:
        raise InvalidDocumentError([*beside, *error.problems]) from None
    if beside:
        raise InvalidDocumentError(beside)
    return checked


def shown_order(order: Order, base: str) -> dict[str, Any]:
    """Return `order` as programs are shown it, with links that begin with `base`."""
    return serialize_order(order, registration_url(order, base), shown_subscription(order))
