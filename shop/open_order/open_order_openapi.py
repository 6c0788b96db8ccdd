"""`/order` and `/orders` in the APIs' description, made from what their views declare."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from shop import openapi
from shop.catalogue.models import Product
from shop.open_order.envelope import KINDS
from shop.open_order.representations import SERVICES
from shop.open_order.resources import CONTACT_KINDS
from shop.open_order.response_models import Failure
from shop.open_order.urls import urlpatterns
from shop.openapi import Endpoint, Operation, Schema, content, header, header_refs, ref
from shop.orders import json_patterns
from shop.owner_cookie import COOKIE

EXAMPLES = openapi.recorded_examples(Path(__file__).with_name("examples.json"))
TAG = {"name": "Open order", "description": "An order put together step by step, then submitted."}
STATUSES = openapi.STATUSES | {
    201: "It is there.",
    202: "The order is placed. Follow it at Location.",
    204: "Done; there is nothing more to say.",
    400: "The body is not strict JSON in UTF-8, or its members break rules: each is named in "
    "details.",
    401: "Neither the cookie OwnerId nor an Authorization where one is needed, or an Authorization "
    "that is not taken.",
    403: "The token lacks the scope; a password alone is not enough for this user; the client is "
    "not the caller's; or the call comes from a page of another site.",
    404: "There is no open order, it is another owner's, or this part of it was not set: all "
    "answer alike.",
    405: "This address does not know the method, or the order is placed and cannot be changed.",
    409: "There is an open order of this owner already.",
    429: "Too many calls, failed sign-ins or orders.",
}
REFUSALS = {status: text for status, text in STATUSES.items() if status in KINDS}
ERROR = {
    "description": "A refusal: one member, named after the kind of fault.",
    "type": "object",
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
    "properties": {
        kind: {
            **ref("Failure"),
            "description": f"Status {' or '.join(str(each) for each in KINDS if KINDS[each] == kind)}.",
        }
        for kind in dict.fromkeys(KINDS.values())
    },
}
PARAMETERS = {
    "order_hash": openapi.path_parameter(
        *("order_hash", "The order's orderId, as it was answered at opening.", openapi.ID),
        example="8a1f0c2b9d4e47538f6a7b0c1d2e3f40",
    ),
    "product_id": openapi.path_parameter(
        *("productId", "The product, as it was answered when it was put in.", openapi.ID),
        example="5c0e7d1a2b3f4c6d8e9f0a1b2c3d4e5f",
    ),
    "kind": openapi.path_parameter(
        "kind", "Which contact.", {"type": "string", "enum": list(CONTACT_KINDS)}
    ),
    "service_id": openapi.path_parameter(
        "serviceId", "What the tier delivers.", {"type": "string", "enum": list(SERVICES)}
    ),
}
COOKIE_TEXT = "The OwnerId, for 30 days: sent twice, with Path=/order and with Path=/orders."
COOKIE_SCHEMA = {"type": "string", "pattern": f"^{COOKIE}="}
# Headers that mean something else here than at `/api/orders` have names of their own.
HEADERS = {
    "OpenOrderLocation": header(
        "The address of what was made or placed, absolute.", {"type": "string", "format": "uri"}
    ),
    "OpenOrderLocationIfPlaced": header(
        "The address of the order that has been placed already, absolute.",
        {"type": "string", "format": "uri"},
        required=False,
    ),
    "OpenOrderSetCookie": header(COOKIE_TEXT, COOKIE_SCHEMA),
    "OpenOrderSetCookieIfOpened": header(COOKIE_TEXT, COOKIE_SCHEMA, required=False),
    "OpenOrderWWWAuthenticate": header(
        "How to authenticate. Basic is not offered to browsers.",
        {"enum": ['Basic realm="orders", charset="UTF-8", Bearer', "Bearer"]},
    ),
    "OpenOrderRetryAfter": header(
        *("After how many seconds to call again. Not after failed sign-ins.", openapi.NUMBER),
        required=False,
    ),
}
SECURITY_SCHEMES = {
    "ownerId": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "The owner of an open order: any version 4 UUID, issued here or made up.",
    },
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "E-mail and password of a user who is not staff and has no second factor.",
    },
}
# What tells operations of one resource apart, by the beginning of the address they are at.
SUFFIXES = {
    "/orders/{order_hash}": "ByHash",
    "/orders": "AtOrders",
    "/order/product": "ByAlias",
    "/order": "",
}


def describe(base: str, tiers: list[Product]) -> Schema:
    """The part of the open order, for a server at `base`: tag, paths and components."""
    found = dict(openapi.endpoints(urlpatterns))
    return {
        "tag": TAG,
        "paths": {
            _public(path): {
                method.lower(): _operation(path, method, operation)
                for method, operation in endpoint.operations.items()
            }
            for path, endpoint in found.items()
        },
        "components": {
            "schemas": _schemas(found.values(), base, tiers),
            "headers": HEADERS,
            "responses": _responses(found.values()),
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


def resources() -> list[tuple[str, str]]:
    """The resources below an order, by their path, each with a sentence about it."""
    return [
        (_public(path).removeprefix("/order/"), endpoint.text)
        for path, endpoint in openapi.endpoints(urlpatterns)
        if path.startswith("/order/") and not path.startswith("/order/product/")
    ]


def _public(path: str) -> str:
    """The path template with the parameters' names of the wire."""
    return re.sub(r"{(\w+)}", lambda name: f"{{{PARAMETERS[name[1]]['name']}}}", path)


def _operation(path: str, method: str, operation: Operation) -> Schema:
    suffix = next(each for start, each in SUFFIXES.items() if path.startswith(start))
    opens = method in {"POST", "PUT"} and suffix != "ByHash"
    statuses = {*openapi.EVERYWHERE, *(openapi.OF_BODIES if operation.body else ())}
    # A call that opens an order finds one; the contact or product it names may still be missing.
    if (not opens or "{" in path) and path != "/orders":
        statuses.add(404)
    if opens:
        statuses.add(409)
    responses = {status: ref(f"OpenOrder{status}", "responses") for status in statuses}
    for status in operation.refusals:
        responses[status] = ref(_own(operation, status), "responses")
    for status, kind in operation.answers.items():
        responses[status] = _success(operation, status, kind, path, opens=opens)
    # Opening needs no authentication.
    anybody: list[Schema] = [{}] if opens or path == "/orders" else []
    parameters = [PARAMETERS[name] for name in re.findall(r"{(\w+)}", path)]
    if operation.keyed:
        parameters.append(openapi.IDEMPOTENCY_KEY)
    described: Schema = {
        "operationId": operation.id + suffix,
        "tags": [TAG["name"]],
        "summary": operation.summary,
        "description": operation.text,
        "parameters": parameters,
        "security": [{"ownerId": []}, {"basic": []}, *openapi.by_token(method), *anybody],
        "responses": {str(status): responses[status] for status in sorted(responses)},
    }
    if operation.body:
        body = content(ref(operation.body.__name__), EXAMPLES[operation.id]["request"])
        described["requestBody"] = {"required": operation.id != "openOrder", "content": body}
    return described


def _success(operation: Operation, status: int, kind: Any, path: str, *, opens: bool) -> Schema:
    headers = {}
    if status in {201, 202}:
        headers["Location"] = ref("OpenOrderLocation", "headers")
    if operation.keyed and status == 202:
        headers["Idempotency-Replayed"] = ref("Idempotency-Replayed", "headers")
    if opens and status != 204:
        always = operation.id == "openOrder"
        name = "OpenOrderSetCookie" if always else "OpenOrderSetCookieIfOpened"
        headers["Set-Cookie"] = ref(name, "headers")
    answer: Schema = {"description": STATUSES[status], "headers": headers | header_refs()}
    if kind:
        examples = _at(path, EXAMPLES[operation.id][str(status)])
        answer["content"] = content(ref(kind.__name__), examples)
    links = _links(operation, explicit="{order_hash}" in path)
    return {**answer, "links": links} if links else answer


def _links(operation: Operation, *, explicit: bool) -> Schema:
    """The calls that may follow, with what was answered."""
    if operation.id == "openOrder":
        found = {"order_hash": "$response.body#/orderId"}
        return openapi.links(found, ("showOpenOrder", "putAccount", "addProduct", "act"), "ByHash")
    if operation.id == "addProduct":
        by_hash = {"order_hash": "$request.path.order_hash"} if explicit else {}
        found = {"productId": "$response.body#/productId", **by_hash}
        return openapi.links(found, ("showProduct", "showServices"), "ByHash" if explicit else "")
    return {}


def _at(path: str, examples: Schema) -> Schema:
    """Examples recorded below `/order`, with the links of a call at `path`."""
    text = json.dumps(examples)
    if path.startswith("/order/product/"):
        text = text.replace("/order/account/products/", "/order/product/")
    if "{order_hash}" in path:
        # The order's own links are to one address then.
        text = re.sub(r', "alternate": {[^}]*}', "", text)
        text = text.replace("/order/", f"/orders/{PARAMETERS['order_hash']['example']}/")
    found: Schema = json.loads(text)
    return found


def _responses(found: Iterable[Endpoint]) -> Schema:
    """The refusals, by name: those of all calls, and those that mean something else in one."""
    responses = {
        f"OpenOrder{status}": _refusal(status, text, EXAMPLES["any"][str(status)])
        for status, text in REFUSALS.items()
    }
    for operation in (each for endpoint in found for each in endpoint.operations.values()):
        for status, text in operation.refusals.items():
            examples = EXAMPLES[operation.id][str(status)]
            refusal = _refusal(status, text, examples)
            if operation.keyed and status == 409:
                refusal["headers"]["Location"] = ref("OpenOrderLocationIfPlaced", "headers")
            responses[_own(operation, status)] = refusal
    return responses


def _own(operation: Operation, status: int) -> str:
    """The name of a refusal of one operation alone."""
    return f"OpenOrder{operation.id[0].upper()}{operation.id[1:]}{status}"


def _refusal(status: int, text: str, examples: Schema) -> Schema:
    headers = {}
    if name := openapi.HEADERS_OF.get(status):
        own = f"OpenOrder{name.replace('-', '')}"
        headers[name] = ref(own if own in HEADERS else name, "headers")
    body = content(ref("OpenOrderError"), examples)
    return {"description": text, "headers": headers | header_refs(), "content": body}


def _schemas(found: Any, base: str, tiers: list[Product]) -> Schema:
    operations = [each for endpoint in found for each in endpoint.operations.values()]
    asked = {each.body for each in operations if each.body}
    answered = {kind for each in operations for kind in each.answers.values() if kind} | {Failure}
    schemas = openapi.schemas_of(asked, answered)
    listed = [tier for tier in tiers if tier.listed]
    offering = schemas["OrderedProduct"]["properties"]["offering"]
    schemas["OrderedProduct"]["properties"]["offering"] = {
        "type": "string",
        "maxLength": 200,
        "pattern": _offering(base, listed),
        "description": offering["description"],
    }
    return dict(sorted({**schemas, "OpenOrderError": ERROR}.items()))


def _offering(base: str, tiers: list[Product]) -> str:
    """The pattern of the codes of tiers and of the addresses of their pages, with any query."""
    root = re.sub(r"([.\[\]])", r"\\\1", base)
    codes = "|".join(re.escape(tier.code) for tier in tiers).replace("\\ ", " ")
    slugs = "|".join(tier.slug for tier in tiers)
    query = f"([?#][^{json_patterns.CONTROLS}]*)?"
    return f"^({codes}|{root}/tiers/({slugs})/*{query})$"
