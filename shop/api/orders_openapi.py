"""`/api/orders` in the APIs' description, made from what its views declare."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shop import openapi
from shop.api.order_list import LARGEST_PAGE
from shop.api.response_schema import OrderAnswer
from shop.api.urls import urlpatterns
from shop.catalogue.models import Product
from shop.openapi import Operation, Schema, content, header, header_refs, record, ref
from shop.orders.order_fields import OrderDocument

EXAMPLES = openapi.recorded_examples(Path(__file__).with_name("examples.json"))
TAG = {"name": "Orders", "description": "A whole order in one call."}
HEADERS = {
    "Idempotency-Replayed": header(
        "true where this is the first call's answer, given again.",
        {"const": "true"},
        required=False,
    ),
    "Link": header("The pages around this one: first, last, prev, next (RFC 8288)."),
    "Links": header("The same as Link, by the name older programs know."),
    "Location": header("The order's address, relative to this server."),
    "Per-Page": header("How many orders a page has.", openapi.NUMBER),
    "Total": header("How many orders the whole list has.", openapi.NUMBER),
    "WWW-Authenticate": header(
        "How to authenticate, and what is wrong with the token that was sent (RFC 6750).",
        {"type": "string", "pattern": '^Bearer( error="[a-z_]+"(, scope="[a-z:]+")?)?$'},
    ),
}
STATUSES = openapi.STATUSES | {
    201: "The order is placed.",
    400: "The request cannot be understood: the body is not strict JSON in UTF-8 (a duplicate "
    'member, NaN), or has no member "order", an object.',
    401: "There is no token, or none that is alive.",
    403: "The token lacks the scope.",
    404: "There is no such order, or another application placed it: both answer alike.",
    405: "This address does not know the method.",
    409: "The first call with this Idempotency-Key still runs. Try again in a moment.",
    422: "Something in the request breaks a rule. Every fault is told at once, each under the "
    "member or parameter it belongs to, or under base.",
    429: "Too many calls.",
}
HEADERS_OF = openapi.HEADERS_OF | {403: "WWW-Authenticate"}
REFUSALS = [status for status in sorted(STATUSES) if status >= 400]
ORDER_HASH = openapi.path_parameter(
    "order_hash",
    "As it was answered when the order was placed.",
    openapi.ID,
    example="8a1f0c2b9d4e47538f6a7b0c1d2e3f40",
)
FOLLOWED = openapi.links({"order_hash": "$response.body#/data/order/order_hash"}, ["showOrder"])
SENTENCES = {"type": "array", "items": {"type": "string"}, "minItems": 1}
FAULTS = {
    "description": "What is wrong, by member or parameter; base for the call as a whole. Sentences "
    "are English and may be reworded: go by the names.",
    "type": "object",
    "minProperties": 1,
    "additionalProperties": SENTENCES,
}


def _envelope(text: str, **members: Schema) -> Schema:
    status = {"type": "integer", "description": "The status again."}
    message = {"type": "string", "description": "The status in words."}
    return _object(text, status=status, status_message=message, **members)


def _success_envelope(data: str) -> Schema:
    info = {"type": "string", "description": "Empty."}
    return _envelope("The envelope of an answer.", info=info, data=_part(data, "What was asked."))


def _object(text: str, **members: Schema) -> Schema:
    return {"description": text, **record(members)}


def _part(name: str, text: str) -> Schema:
    return {**ref(name), "description": text}


LIST = {"type": "array", "items": ref("Order"), "maxItems": LARGEST_PAGE}
# Each has a name of its own: generators of clients make one class of it, not one for each use.
SCHEMAS = {
    "Error": _envelope("The envelope of a refusal.", error=_part("Faults", "What is wrong.")),
    "Faults": FAULTS,
    "OrderRequest": _object(
        "The body that places an order.", order=_part("OrderDocument", "The order.")
    ),
    "OrderResponse": _success_envelope("OrderResponseData"),
    "OrderResponseData": _object("One order.", order=_part("Order", "The order.")),
    "OrderListResponse": _success_envelope("OrderListResponseData"),
    "OrderListResponseData": _object(
        "A page of orders.", array={**LIST, "description": "The orders of this page."}
    ),
}


def describe(tiers: list[Product]) -> Schema:
    """The part of `/api/orders`: tag, paths and components."""
    return {
        "tag": TAG,
        "paths": {
            path: {
                method.lower(): _operation(path, method, each, tiers)
                for method, each in endpoint.operations.items()
            }
            for path, endpoint in openapi.endpoints(urlpatterns, "/api/")
        },
        "components": {
            "schemas": {
                **openapi.schemas_of([OrderDocument], [OrderAnswer]),
                "OrderDocument": _document(tiers),
                **SCHEMAS,
            },
            "headers": HEADERS,
            "responses": {f"Orders{status}": _refusal(status) for status in REFUSALS},
        },
    }


def _operation(path: str, method: str, operation: Operation, tiers: list[Product]) -> Schema:
    refused = {*openapi.EVERYWHERE, *([404] if "{" in path else [])}
    parameters = [ORDER_HASH] if "{" in path else []
    described: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.text,
        "tags": [TAG["name"]],
        "security": openapi.by_token(method),
    }
    if operation.query:
        refused.add(422)
        parameters += _query_parameters(operation.query, tiers)
    if operation.body:
        refused |= {409, 422, *openapi.OF_BODIES}
        parameters.append(openapi.IDEMPOTENCY_KEY)
        body = content(ref("OrderRequest"), EXAMPLES[operation.id]["request"])
        described["requestBody"] = {"required": True, "content": body}
    answers = {status: ref(f"Orders{status}", "responses") for status in refused}
    for status, kind in operation.answers.items():
        answers[status] = _success(operation, status, kind)
    responses = {str(status): answers[status] for status in sorted(answers)}
    return {**described, "parameters": parameters, "responses": responses}


def _success(operation: Operation, status: int, kind: Any) -> Schema:
    schema = ref("OrderResponse" if kind is OrderAnswer else "OrderListResponse")
    answer = {
        "description": STATUSES[status],
        "headers": header_refs(*operation.headers),
        "content": content(schema, EXAMPLES[operation.id][str(status)]),
    }
    return {**answer, "links": FOLLOWED} if status == 201 else answer


def _refusal(status: int) -> Schema:
    headers = (HEADERS_OF[status],) if status in HEADERS_OF else ()
    examples = {
        name if operation == "any" else f"{operation}_{name}": value
        for operation, recorded in EXAMPLES.items()
        for name, value in recorded.get(str(status), {}).items()
    }
    return {
        "description": STATUSES[status],
        "headers": header_refs(*headers),
        "content": content(ref("Error"), examples),
    }


def _document(tiers: list[Product]) -> Schema:
    schema: Schema = openapi.schemas_of([OrderDocument], [])["OrderDocument"]
    fields = schema["properties"]
    codes = [tier.code for tier in tiers if tier.listed]
    text = fields["product"]["description"]
    fields["product"] = {"type": "string", "enum": codes, "description": text}
    # null is the same as absent, for these fields too. No default: generators would require it.
    for name in ("language", "interval"):
        field = fields[name]
        choice = {"type": field.pop("type"), "enum": field.pop("enum")}
        fields[name] = {"anyOf": [choice, {"type": "null"}], **field}
        del fields[name]["default"]
    return schema


def _query_parameters(query: type[BaseModel], tiers: list[Product]) -> list[Schema]:
    parameters = []
    for name, member in openapi.schema_of(query)["properties"].items():
        # An absent parameter is None in the model; on the wire there is no null.
        schema = openapi.without_null(member)
        text = schema.pop("description")
        if name == "product":
            schema = {"type": "string", "enum": [tier.code for tier in tiers]}
        parameters.append({"name": name, "in": "query", "description": text, "schema": schema})
    return parameters
