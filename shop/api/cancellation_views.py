"""`POST /api/orders/{order_hash}/cancel` (contract, "Orders API")."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from shop.access.tokens import Bearer
from shop.api.auth import bearer_required
from shop.api.cancellation_schema import CancelDocument
from shop.api.placed_orders import find_archived, find_order
from shop.api.response_schema import OrderAnswer
from shop.api.responses import failure, success
from shop.api.views import shown_order
from shop.base_url import base_url
from shop.faults import fault
from shop.json_body import UnreadableBodyError, read_json
from shop.openapi import Operation
from shop.orders.cancellation import ActedBy, cancel_in_any_state
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order
from shop.orders.problems import field_problem


@bearer_required(
    POST=Operation(
        "cancelOrder",
        "Cancel an order",
        "Cancels an order that is pending, has_packing_errors or need_human. Your customer is told "
        "by e-mail, with the reason.",
        answers={200: OrderAnswer},
        body=CancelDocument,
        refusals={
            409: "The order is packed or cancelled, or is being set up at this moment: nothing was "
            "changed."
        },
    )
)
def cancel(request: HttpRequest, bearer: Bearer, order_hash: str) -> HttpResponse:
    """Cancel an order of the application or user that placed it; 404 for anybody else."""
    found = find_order(order_hash, bearer)
    if found is None:
        is_archived = find_archived(order_hash, bearer) is not None
        return (
            failure(409, fault("order_archived"))
            if is_archived
            else failure(404, fault("order_not_found"))
        )
    try:
        reason = _reason(read_json(request))
    except UnreadableBodyError as error:
        return failure(error.status, error.fault, error.headers)
    except InvalidDocumentError as refusal:
        return failure(422, refusal.faults)
    if reason is None:
        return failure(400, fault("body_not_an_object", members="{} or the member reason"))
    actor = bearer.token.user
    if not cancel_in_any_state(found, actor, reason=reason, by=ActedBy.PROGRAM):
        return failure(409, fault("not_cancellable", state=found.state))
    # Read again: cancelling an order that lapses empties it.
    order: Order = find_order(order_hash, bearer) or found
    return success(200, {"order": shown_order(order, base_url(request))})


def _reason(value: Any) -> str | None:
    """The reason, or ""; None where the body is no object. Raises InvalidDocumentError."""
    if not isinstance(value, dict):
        return None
    try:
        return CancelDocument.model_validate(value).reason or ""
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        problems = [field_problem(str(fault["loc"][0]), fault) for fault in faults]
        raise InvalidDocumentError(problems) from None
