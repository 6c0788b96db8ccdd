"""What the open order adds to the API's description."""

import re
from typing import Any

from shop.access.tokens import READ, WRITE
from shop.catalogue.models import Product
from shop.describing import Part, Schema, by_token, content, header, header_refs, ref
from shop.open_order import examples, wording
from shop.open_order.operations import ALIAS, CHILDREN, OPEN, OPTIONS, ORDER, Operation
from shop.open_order.representations import SERVICES
from shop.open_order.resources import CONTACT_KINDS
from shop.open_order.schemas import refusal, schemas
from shop.owner_cookie import COOKIE

TAG = {"name": "Open order", "description": "An order put together step by step, then submitted."}
# Any call may be answered these; with a body also what is wrong with it.
EVERYWHERE = (400, 401, 403, 405, 429, 500, 503)
OF_BODIES = (413, 415)
HEADERS_OF = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
# Headers that mean something else here than at /api/orders: the name of their component.
OWN = {name: f"OpenOrder{name.replace('-', '')}" for name in wording.HEADERS}
IF_OPENED = "OpenOrderSetCookieIfOpened"
IDENTIFIER = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
PARAMETERS: dict[str, Schema] = {
    "order_hash": {"schema": IDENTIFIER, "example": examples.HASH},
    "productId": {"schema": IDENTIFIER, "example": examples.PRODUCT_ID},
    "kind": {"schema": {"type": "string", "enum": list(CONTACT_KINDS)}},
    "serviceId": {"schema": {"type": "string", "enum": list(SERVICES)}},
}


def describe(base: str, tiers: list[Product]) -> Part:
    """The share of `/order` and `/orders`, for a server at `base`."""
    paths = {"/orders": _Place("/orders", "All").path("", {"post": OPEN})}
    for place, children in (
        (_Place("/order"), {"": {"post": OPEN, **ORDER}, **CHILDREN}),
        (_Place("/orders/{order_hash}", "ByHash"), {"": ORDER, **CHILDREN}),
        (_Place("/order", "ByAlias"), ALIAS),
    ):
        for path, methods in children.items():
            paths[f"{place.root}/{path}".rstrip("/")] = place.path(path, methods)
    return Part(
        tag=TAG,
        paths=paths,
        schemas=schemas(base, tiers),
        headers=_headers(),
        responses={
            _failure_name(status): _failure(status, wording.STATUSES[status], named)
            for status, named in examples.FAILURES.items()
        },
        security_schemes=SECURITY_SCHEMES,
    )


SECURITY_SCHEMES: Schema = {
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


class _Place:
    """Where an order's resources are: the same ones by the shorthand and by the order's hash."""

    def __init__(self, root: str, suffix: str = "") -> None:
        self.root = root
        self.suffix = suffix  # of the names of operations
        self.explicit = suffix == "ByHash"

    def path(self, path: str, methods: dict[str, Operation]) -> Schema:
        """All methods of one address."""
        named = f"{OPTIONS.name}{''.join(re.findall('[a-zA-Z]+', path.title()))}"
        return {
            **{method: self._operation(path, method, each) for method, each in methods.items()},
            "options": self._operation(path, "options", OPTIONS, named),
        }

    def _operation(self, path: str, method: str, operation: Operation, name: str = "") -> Schema:
        opens = method in {"post", "put"} and not self.explicit
        address = f"{self.root}/{path}"
        statuses = {*EVERYWHERE, *(OF_BODIES if operation.body else ())}
        # What opens an order finds one; which contact or product is meant may still be wrong.
        if (not opens or "{" in address) and address != "/orders/":
            statuses.add(404)
        if opens:
            statuses.add(409)
        responses = {status: ref(_failure_name(status), "responses") for status in statuses}
        for status, (text, named) in operation.refusals.items():
            responses[status] = _failure(status, text, named)
        for status in operation.answers:
            responses[status] = self._answer(operation, status, path, opens=opens)
        scope = WRITE if method in {"post", "put", "delete"} else READ
        # Who opens needs nothing; nor who asks how.
        anybody: list[Schema] = [{}] if opens or address == "/orders/" else []
        described: Schema = {
            "operationId": (name or operation.name) + self.suffix,
            "tags": [TAG["name"]],
            "summary": operation.summary,
            "description": operation.text,
            "parameters": _parameters(address, anything=operation is OPTIONS),
            "security": [{"ownerId": []}, {"basic": []}, *by_token(scope), *anybody],
            "responses": {str(status): responses[status] for status in sorted(responses)},
        }
        if operation.body:
            described["requestBody"] = {
                "required": operation is not OPEN,
                "content": content(ref(operation.body), examples.REQUESTS[operation.body]),
            }
        return described

    def _answer(self, operation: Operation, status: int, path: str, *, opens: bool) -> Schema:
        headers = {}
        if status in operation.located:
            headers["Location"] = ref(OWN["Location"], "headers")
        if opens and status != 204:
            headers["Set-Cookie"] = ref(
                OWN["Set-Cookie"] if operation is OPEN else IF_OPENED, "headers"
            )
        if operation is OPTIONS:
            headers["Allow"] = ref("Allow", "headers")
        answer: Schema = {
            "description": SUCCESSES[status],
            "headers": {**headers, **header_refs()},
        }
        schema = operation.answers[status]
        if schema:
            example = examples.answer(schema, explicit=self.explicit, path=path)
            answer["content"] = content(ref(schema), {"answer": example})
        links = self._links(operation)
        return {**answer, "links": links} if links else answer

    def _links(self, operation: Operation) -> Schema:
        """What may follow, with what was answered."""
        if operation is OPEN:
            found = {"order_hash": "$response.body#/orderId"}
            following = ("showOpenOrder", "putAccount", "addProduct", "act")
            return {
                each: {"operationId": f"{each}ByHash", "parameters": found} for each in following
            }
        if operation.name == "addProduct":
            found = {"productId": "$response.body#/productId"}
            if self.explicit:
                found["order_hash"] = "$request.path.order_hash"
            return {
                each: {"operationId": each + self.suffix, "parameters": found}
                for each in ("showProduct", "showServices")
            }
        return {}


SUCCESSES = {
    200: "Here it is.",
    201: "It is there.",
    202: "The order is placed. Follow it at Location.",
    204: "Done; there is nothing more to say.",
}


def _parameters(address: str, *, anything: bool) -> list[Schema]:
    """What stands in an address. OPTIONS knows of an order whether it is there, of no part of it."""
    found = []
    for name in re.findall(r"{(\w+)}", address):
        rules = PARAMETERS[name]
        if anything and name != "order_hash":
            rules = {"schema": {"type": "string"}}
        text = wording.PARAMETERS[name]
        found.append({"name": name, "in": "path", "required": True, "description": text, **rules})
    return found


def _failure_name(status: int) -> str:
    return f"OpenOrder{status}"


def _failure(status: int, text: str, named: dict[str, Any]) -> Schema:
    name = HEADERS_OF.get(status)
    own = {name: ref(OWN.get(name, name), "headers")} if name else {}
    return {
        "description": text,
        "headers": {**own, **header_refs()},
        "content": content(refusal(status), named),
    }


def _headers() -> Schema:
    rules: dict[str, Any] = {
        "Location": {"schema": {"type": "string", "format": "uri"}},
        "Set-Cookie": {"schema": {"type": "string", "pattern": f"^{COOKIE}="}},
        "WWW-Authenticate": {
            "schema": {"enum": ['Basic realm="orders", charset="UTF-8", Bearer', "Bearer"]}
        },
        "Retry-After": {"schema": {"type": "integer", "minimum": 0}, "required": False},
    }
    made = {OWN[name]: header(text, **rules[name]) for name, text in wording.HEADERS.items()}
    made[IF_OPENED] = {**made[OWN["Set-Cookie"]], "required": False}
    return made
