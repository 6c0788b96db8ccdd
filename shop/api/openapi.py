"""What `/api/orders` adds to the API's description, made from what the API itself uses."""

from typing import Any

from pydantic import BaseModel

from shop.access.tokens import READ, WRITE
from shop.api import examples, wording
from shop.api.envelope import phrase
from shop.api.order_list import ListQuery
from shop.api.schema_models import OrderAnswer
from shop.catalogue.models import Product
from shop.describing import (
    NULL,
    Part,
    Schema,
    by_token,
    content,
    described,
    header,
    header_refs,
    record,
    ref,
)
from shop.orders.order_members import OrderDocument

TAG = {"name": "Orders", "description": "A whole order in one call."}
# Each of these may be answered wherever a token is asked for.
EVERYWHERE = (400, 401, 403, 405, 429, 500, 503)
HEADERS_OF = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}


def describe(tiers: list[Product]) -> Part:
    """The share of `/api/orders`."""
    codes = [tier.code for tier in tiers]
    return Part(
        tag=TAG,
        paths={
            "/api/orders": {"post": _place(), "get": _list(codes)},
            "/api/orders/{order_hash}": {"get": _show()},
        },
        schemas={
            "OrderDocument": _document([tier.code for tier in tiers if tier.listed]),
            "Order": described(OrderAnswer.model_json_schema(), wording.ANSWERED),
            "Fault": FAULT,
            "Faults": FAULTS,
        },
        headers={
            name: header(text, **RULES.get(name, {})) for name, text in wording.HEADERS.items()
        },
        responses={},
        security_schemes={},
    )


# What is more to say of a header than that it is text and always there.
NUMBER = {"type": "integer", "minimum": 0}
RULES: dict[str, Any] = {
    "Idempotency-Replayed": {"schema": {"const": "true"}, "required": False},
    "Per-Page": {"schema": NUMBER},
    "Total": {"schema": NUMBER},
    "WWW-Authenticate": {"schema": {"const": "Bearer"}},
}


def _place() -> Schema:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Names this order for you: the same call, sent again within 24 hours, is "
        "given the first answer again. 1 to 255 printable ASCII characters.",
        "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
        "example": "order-4711",
    }
    body = {
        "required": True,
        "content": content(
            {
                "type": "object",
                "required": ["order"],
                "properties": {"order": ref("OrderDocument")},
            },
            examples.REQUESTS,
        ),
    }
    answers = {
        201: _success("placeOrder", 201, "order", ORDER, "Location", "Idempotency-Replayed"),
        **_failures("placeOrder", 409, 413, 415, 422),
    }
    answers[201]["links"] = {
        "order": {
            "operationId": "showOrder",
            "parameters": {"order_hash": "$response.body#/data/order/order_hash"},
        }
    }
    return {
        "operationId": "placeOrder",
        "summary": "Place an order",
        "description": "An order is set up as soon as it is complete. What is missing, your "
        "customer fills in on its registration page.",
        "parameters": [key],
        "requestBody": body,
        **_secured(WRITE, answers),
    }


def _list(codes: list[str]) -> Schema:
    array = {"type": "array", "items": ORDER, "maxItems": 100}
    headers = ("Total", "Per-Page", "Links", "Link")
    answers = {
        200: _success("listOrders", 200, "array", array, *headers),
        **_failures("listOrders", 422),
    }
    return {
        "operationId": "listOrders",
        "summary": "List your orders, newest first",
        "description": "The orders that this application placed, in pages.",
        "parameters": _parameters(ListQuery, codes),
        **_secured(READ, answers),
    }


def _show() -> Schema:
    answers = {200: _success("showOrder", 200, "order", ORDER), **_failures("showOrder", 404)}
    order_hash = {
        "name": "order_hash",
        "in": "path",
        "required": True,
        "description": "As it was answered when the order was placed.",
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "example": examples.HASH,
    }
    return {
        "operationId": "showOrder",
        "summary": "Show an order",
        "description": "The order as it is now.",
        "parameters": [order_hash],
        **_secured(READ, answers),
    }


ORDER = ref("Order")
SENTENCES = {"type": "array", "items": {"type": "string"}, "minItems": 1}
FAULT = {
    "description": "What is wrong with the call as a whole.",
    "type": "object",
    "required": ["base"],
    "additionalProperties": False,
    "properties": {"base": SENTENCES},
}
FAULTS = {
    "description": "What is wrong, by member or parameter; base for the rest. Sentences are "
    "English and may be reworded: go by the names.",
    "type": "object",
    "minProperties": 1,
    "additionalProperties": SENTENCES,
}


def _success(operation: str, status: int, name: str, shape: Schema, *headers: str) -> Schema:
    data = record({name: shape})
    return _answer(operation, status, headers, info={"type": "string"}, data=data)


def _failures(operation: str, *statuses: int) -> dict[int, Schema]:
    return {
        status: _answer(
            operation,
            status,
            HEADERS_OF.get(status, ()),
            error=ref("Faults" if status == 422 else "Fault"),
        )
        for status in statuses
    }


def _answer(operation: str, status: int, headers: tuple[str, ...], **members: Schema) -> Schema:
    envelope = record(
        {"status": {"const": status}, "status_message": {"const": phrase(status)}, **members}
    )
    return {
        "description": wording.STATUSES[status],
        "headers": header_refs(*headers),
        "content": content(envelope, examples.answers(operation, status)),
    }


def _secured(scope: str, answers: dict[int, Schema]) -> Schema:
    everywhere = _failures("placeOrder" if scope == WRITE else "showOrder", *EVERYWHERE)
    return {
        "tags": [TAG["name"]],
        "security": by_token(scope),
        "responses": {str(key): value for key, value in sorted((everywhere | answers).items())},
    }


def _document(codes: list[str]) -> Schema:
    schema = described(OrderDocument.model_json_schema(), wording.SENT)
    schema["properties"]["product"] = {
        "type": "string",
        "enum": codes,
        "description": wording.SENT["product"],
    }
    # null is the same as absent, for this member too.
    schema["properties"]["language"] |= {"type": ["string", "null"], "enum": ["de", "en", None]}
    return schema


def _parameters(query: type[BaseModel], codes: list[str]) -> list[Schema]:
    parameters = []
    for name, member in query.model_json_schema()["properties"].items():
        # An absent parameter is None in the model; on the wire there is no null.
        choices = [one for one in member.pop("anyOf", [{}]) if one != NULL]
        schema = {**member, **choices[0]}
        schema.pop("title", None)
        if schema.get("default", ...) is None:
            del schema["default"]
        if name == "product":
            schema = {"type": "string", "enum": codes}
        parameters.append(
            {
                "name": name,
                "in": "query",
                "description": wording.PARAMETERS[name],
                "schema": schema,
            }
        )
    return parameters
