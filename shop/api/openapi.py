"""The API's description, OpenAPI 3.1, made from the models and the envelope that the API uses."""

from typing import Any

from pydantic import BaseModel

from shop.access.tokens import READ, WRITE
from shop.api import examples, wording
from shop.api.envelope import phrase
from shop.api.listing import ListQuery
from shop.api.schema_models import OrderAnswer
from shop.catalogue.models import Product
from shop.orders.document import OrderDocument

Schema = dict[str, Any]

JSON = "application/json"
# Each of these may be answered wherever a token is asked for.
EVERYWHERE = (400, 401, 403, 405, 429, 500)
HEADERS_OF = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
}
# Present where calls are limited, where a call was repeated.
SOMETIMES = {"RateLimit", "RateLimit-Policy", "Idempotency-Replayed"}
NUMBERS = {"Total", "Per-Page", "Retry-After"}
EXACT = {"WWW-Authenticate": "Bearer", "Idempotency-Replayed": "true"}
SCOPES = {READ: "See the orders that this application placed.", WRITE: "Place orders."}


def describe(base: str) -> Schema:
    """The description, for a server at `base`. One query: the tiers."""
    base = base.rstrip("/")
    tiers = list(Product.objects.values_list("code", "listed"))
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "Slate orders API",
            "version": "1",
            "summary": "Place orders for your customers and follow them.",
            "description": f"The guide is at {base}/api/docs.",
        },
        "servers": [{"url": base}],
        "externalDocs": {"url": f"{base}/api/docs", "description": "The guide"},
        "paths": {
            "/api/orders": {
                "get": _list([code for code, _listed in tiers]),
                "post": _place(),
            },
            "/api/orders/{order_hash}": {"get": _show()},
        },
        "components": {
            "schemas": {
                "OrderDocument": _document([code for code, listed in tiers if listed]),
                "Order": _described(OrderAnswer.model_json_schema(), wording.ANSWERED),
                "Fault": FAULT,
                "Faults": FAULTS,
            },
            "headers": {name: _header(name) for name in wording.HEADERS},
            "securitySchemes": _security_schemes(base),
        },
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
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["order"],
                    "properties": {"order": {"$ref": "#/components/schemas/OrderDocument"}},
                },
                "examples": _examples(examples.REQUESTS),
            }
        },
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


ORDER = {"$ref": "#/components/schemas/Order"}
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
    data = _object({name: shape})
    return _answer(operation, status, headers, info={"type": "string"}, data=data)


def _failures(operation: str, *statuses: int) -> dict[int, Schema]:
    return {
        status: _answer(
            operation,
            status,
            HEADERS_OF.get(status, ()),
            error={"$ref": f"#/components/schemas/{'Faults' if status == 422 else 'Fault'}"},
        )
        for status in statuses
    }


def _answer(operation: str, status: int, headers: tuple[str, ...], **members: Schema) -> Schema:
    names = [*headers, "RateLimit", "RateLimit-Policy", "X-Request-ID"]
    envelope = _object(
        {"status": {"const": status}, "status_message": {"const": phrase(status)}, **members}
    )
    return {
        "description": wording.STATUSES[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            JSON: {
                "schema": envelope,
                "examples": _examples(examples.answers(operation, status)),
            }
        },
    }


def _secured(scope: str, answers: dict[int, Schema]) -> Schema:
    everywhere = _failures("placeOrder" if scope == WRITE else "showOrder", *EVERYWHERE)
    return {
        "security": [{"bearer": [scope]}, {"oauth2": [scope]}],
        "responses": {str(key): value for key, value in sorted((everywhere | answers).items())},
    }


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def _examples(values: dict[str, Any]) -> Schema:
    return {name: {"value": value} for name, value in values.items()}


def _header(name: str) -> Schema:
    schema: Schema = {"type": "integer", "minimum": 0} if name in NUMBERS else {"type": "string"}
    if name in EXACT:
        schema = {"const": EXACT[name]}
    return {
        "description": wording.HEADERS[name],
        "required": name not in SOMETIMES,
        "schema": schema,
    }


def _document(codes: list[str]) -> Schema:
    schema = _described(OrderDocument.model_json_schema(), wording.SENT)
    schema["properties"]["product"] = {
        "type": "string",
        "enum": codes,
        "description": wording.SENT["product"],
    }
    # null is the same as absent, for this member too.
    schema["properties"]["language"] |= {"type": ["string", "null"], "enum": ["de", "en", None]}
    return schema


def _described(schema: Schema, words: dict[str, str]) -> Schema:
    for name, member in schema["properties"].items():
        member["description"] = words[name]
        del member["title"]
        if member.get("default", ...) is None:
            del member["default"]
    return schema


def _parameters(query: type[BaseModel], codes: list[str]) -> list[Schema]:
    parameters = []
    for name, member in query.model_json_schema()["properties"].items():
        # An absent parameter is None in the model; on the wire there is no null.
        choices = [one for one in member.pop("anyOf", [{}]) if one != {"type": "null"}]
        schema = {**member, **choices[0]}
        del schema["title"]
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


def _security_schemes(base: str) -> Schema:
    token = {"tokenUrl": f"{base}/oauth/token", "scopes": SCOPES}
    return {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "description": "A token, from OAuth 2 or issued once for long.",
        },
        "oauth2": {
            "type": "oauth2",
            "description": "Client credentials for a program of its own; an authorization code, "
            "with PKCE, for a program that acts for a user.",
            "flows": {
                "clientCredentials": token,
                "authorizationCode": {
                    **token,
                    "authorizationUrl": f"{base}/oauth/authorize",
                    "refreshUrl": f"{base}/oauth/token",
                },
            },
        },
    }
