"""The Orders API in the APIs' description, made from what its views declare."""

from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from shop import openapi
from shop.api.change_schema import OrderChange
from shop.api.envelopes import SCHEMAS, answered, envelopes, operations, title
from shop.api.event_schema import EVENTS, text_of
from shop.api.urls import urlpatterns
from shop.catalogue.models import Product
from shop.openapi import File, Operation, Schema, content, header, header_refs, ref
from shop.orders.order_fields import OrderDocument

EXAMPLES = openapi.recorded_examples(Path(__file__).with_name("examples.json"))
TAG = {"name": "Orders", "description": "Place a whole order in one request, and follow it."}
HEADERS = {
    "Content-Disposition": header("The name of the file."),
    "ETag": header(
        "Identifies this content: send it as If-None-Match to get 304 while it is unchanged."
    ),
    "Idempotency-Replayed": header(
        "true if this repeats the response to the first request.",
        {"const": "true"},
        required=False,
    ),
    "Link": header("URLs of other pages: first, last, prev, next (RFC 8288)."),
    "Links": header("The same as Link, under the name that older programs use."),
    "Location": header("The URL of the new resource, relative to this server."),
    "Per-Page": header("The number of items per page.", openapi.NUMBER),
    "Total": header("The number of items in the whole list.", openapi.NUMBER),
    "WWW-Authenticate": header(
        "How to authenticate, and what is wrong with the token that was sent (RFC 6750).",
        {"type": "string", "pattern": '^Bearer( error="[a-z_]+"(, scope="[a-z:]+")?)?$'},
    ),
}
STATUSES = openapi.STATUSES | {
    201: "Created.",
    202: "Accepted; done in a moment.",
    204: "Done.",
    304: "Unchanged since the response whose ETag you sent as If-None-Match.",
    400: "The body can't be parsed: it is not strict JSON in UTF-8 (a duplicate field, NaN), or "
    'lacks the object "order".',
    401: "The token is missing, unknown, expired or revoked.",
    403: "The token lacks the scope.",
    404: "It doesn't exist or belongs to another application: both give the same response.",
    405: "This URL doesn't support the method.",
    409: "The first request with this Idempotency-Key is still running. Try again in a moment.",
    422: "The request is invalid. All errors are reported at once, each under its field or "
    "parameter, or under base.",
    429: "Too many requests.",
}
HEADERS_OF = openapi.HEADERS_OF | {403: "WWW-Authenticate"}
REFUSALS = [status for status in sorted(STATUSES) if status >= 400]
ORDER_HASH = openapi.path_parameter(
    "order_hash",
    "The order_hash from the response to the order.",
    openapi.ID,
    example="8a1f0c2b9d4e47538f6a7b0c1d2e3f40",
)
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag of your last response. If nothing has changed since: 304, without a body.",
    "schema": {"type": "string"},
    "example": 'W/"5d41402abc4b2a76b9719d911017c592"',
}
PARAMETERS = {
    "order_hash": ORDER_HASH,
    "number": openapi.path_parameter(
        "number",
        "The number of the invoice or credit note.",
        {"type": "string", "pattern": "^[0-9A-Z-]{1,30}$"},
        example="2026-000123",
    ),
    "slug": openapi.path_parameter(
        "slug",
        "The slug of the tier, from the list of tiers.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,50}$"},
        example="s",
    ),
    "endpoint_id": openapi.path_parameter(
        "endpoint_id",
        "The id of the webhook endpoint.",
        {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
        example=3,
    ),
}
SENT_HEADERS = [
    openapi.sent_header(
        "webhook-id",
        "Names the event: the same in each attempt and after a replay. Process each id once.",
        {"type": "string", "pattern": "^msg_[0-9a-f]{32}$"},
        "msg_5d0c3f6e8a7b42919e1f0a4c2b6d8e73",
    ),
    openapi.sent_header(
        "webhook-timestamp",
        "The moment of this attempt, in seconds since 1970.",
        {"type": "string", "pattern": "^[0-9]+$"},
        "1772443801",
    ),
    openapi.sent_header(
        "webhook-signature",
        "Signatures of the id, the timestamp and the body, separated by spaces: several while a "
        "secret is being replaced.",
        {"type": "string"},
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
]
# The schemas of bodies that hold these.
IN_ENVELOPE = {OrderDocument: "OrderRequest", OrderChange: "OrderChangeRequest"}
FOLLOWED = openapi.links({"order_hash": "$response.body#/data/order/order_hash"}, ["showOrder"])


def describe(tiers: list[Product]) -> Schema:
    """The part of the Orders API: tag, paths, webhooks and components."""
    bodies = [each.body for _, _, each in operations() if each.body]
    kinds = [*answered().values(), *EVENTS.values()]
    return {
        "tag": TAG,
        "paths": {
            path: {
                method.lower(): _operation(path, method, each, tiers)
                for method, each in endpoint.operations.items()
            }
            for path, endpoint in openapi.endpoints(urlpatterns, "/api/")
        },
        "webhooks": {name: _webhook(name, kind) for name, kind in EVENTS.items()},
        "components": {
            "schemas": {
                **openapi.schemas_of(bodies, kinds),
                "OrderDocument": _document(tiers),
                **SCHEMAS,
                **envelopes(),
            },
            "headers": HEADERS,
            "responses": {
                "OrdersUnchanged": {
                    "description": STATUSES[304],
                    "headers": header_refs("ETag"),
                },
                **{f"Orders{status}": _refusal(status) for status in REFUSALS},
                **{
                    _own_name(status, each): _refusal(status, each)
                    for _, _, each in operations()
                    for status in each.refusals
                },
            },
        },
    }


def _operation(path: str, method: str, operation: Operation, tiers: list[Product]) -> Schema:
    parameters = [PARAMETERS[name] for name in PARAMETERS if f"{{{name}}}" in path]
    refused = {*openapi.EVERYWHERE, *([404] if parameters else [])}
    described: Schema = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.text,
        "tags": [TAG["name"]],
        "security": openapi.by_token(method, operation.scope),
    }
    if operation.is_public:
        refused -= {401, 403}
        described["security"] = []
    if operation.query:
        parameters = [*parameters, *_query_parameters(operation.query, tiers)]
    if operation.keyed:
        refused.add(409)
        parameters = [*parameters, openapi.IDEMPOTENCY_KEY]
    # Unknown parameters are refused everywhere, but only lists have some.
    refused |= {422} if operation.query or operation.body else set()
    refused |= set(operation.refusals)
    if operation.body:
        refused |= set(openapi.OF_BODIES)
        name = IN_ENVELOPE.get(operation.body) or title(operation.body)
        body = content(ref(name), EXAMPLES[operation.id]["request"])
        described["requestBody"] = {"required": not operation.is_body_optional, "content": body}
    answers = {status: ref(f"Orders{status}", "responses") for status in refused}
    if method == "GET":
        parameters = [*parameters, IF_NONE_MATCH]
        answers[304] = ref("OrdersUnchanged", "responses")
    for status in operation.refusals:
        answers[status] = ref(_own_name(status, operation), "responses")
    for status, kind in operation.answers.items():
        answers[status] = _success(operation, status, kind, is_read=method == "GET")
    responses = {str(status): answers[status] for status in sorted(answers)}
    return openapi.marked(
        operation, {**described, "parameters": parameters, "responses": responses}
    )


def _success(operation: Operation, status: int, kind: Any, *, is_read: bool) -> Schema:
    answer = {
        "description": STATUSES[status],
        "headers": header_refs(*operation.headers, *(["ETag"] if is_read else [])),
    }
    match kind:
        case None:
            return answer
        case File():
            return {**answer, "content": {kind.media_type: {"schema": ref("FileContent")}}}
    listed = get_args(kind)
    schema = f"{title(listed[0])}ListResponse" if listed else f"{title(kind)}Response"
    answer["content"] = content(ref(schema), EXAMPLES[operation.id][str(status)])
    return {**answer, "links": FOLLOWED} if operation.id == "placeOrder" else answer


def _webhook(name: str, kind: type[BaseModel]) -> Schema:
    example = EXAMPLES["events"]["sent"][name]
    return {
        "post": {
            "operationId": f"on{title(kind).removesuffix('Event')}",
            "summary": text_of(name),
            "description": f"{text_of(name)} Signed as Standard Webhooks specifies.",
            "tags": [TAG["name"]],
            "security": [],
            "parameters": SENT_HEADERS,
            "requestBody": {
                "required": True,
                "content": content(ref(title(kind)), {"event": example}),
            },
            "responses": {
                "2XX": {"description": "You have received the event."},
                "410": {"description": "You want no more events: the endpoint is switched off."},
                "default": {"description": "The event is sent again later."},
            },
        }
    }


def _own_name(status: int, operation: Operation) -> str:
    """The name of a refusal that means something of its own for an operation."""
    return f"{operation.id[0].upper()}{operation.id[1:]}{status}"


def _refusal(status: int, own: Operation | None = None) -> Schema:
    """The refusal with `status` that operations share, or that one has of its `own`."""
    headers = (HEADERS_OF[status],) if status in HEADERS_OF else ()
    theirs = {each.id for _, _, each in operations() if status in each.refusals}
    told = {own.id} if own else EXAMPLES.keys() - theirs - {"events"}
    examples = {
        name if operation == "any" or own else f"{operation}_{name}": value
        for operation, recorded in EXAMPLES.items()
        if operation in told
        for name, value in recorded.get(str(status), {}).items()
    }
    return {
        "description": own.refusals[status] if own else STATUSES[status],
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
        parameter = {"name": name, "in": "query", "description": text, "schema": schema}
        if schema.get("type") == "array":
            parameter |= {"style": "form", "explode": False}
        parameters.append(parameter)
    return parameters
