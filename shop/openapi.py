"""Building blocks of the APIs' description (OpenAPI 3.1).

Views declare their operations; each API makes its part from its URL patterns, and `shop.guide`
puts the parts together.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

from django.urls import URLResolver
from pydantic import BaseModel, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from shop.access.tokens import READ, WRITE
from shop.deprecation import Deprecation

Schema = dict[str, Any]
ViewT = TypeVar("ViewT", bound=Callable[..., Any])

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")  # in the order of Allow
SAFE = ("GET", "HEAD", "OPTIONS")
NUMBER = {"type": "integer", "minimum": 0}
ID = {"type": "string", "pattern": "^[0-9a-f]{32}$"}
Hash = Annotated[str, Field(pattern=ID["pattern"])]
Address = Annotated[str, Field(json_schema_extra={"format": "uri"})]
# The statuses that mean the same in both APIs.
STATUSES = {
    200: "Here it is.",
    413: "The body is larger than 64 KiB.",
    415: "The body's Content-Type is not application/json.",
    500: "A fault of ours. Nothing was done; the call may be repeated.",
    503: "The shop cannot answer just now; repeat the call after Retry-After.",
}
# The statuses that any call may be answered with, and those of calls with a body.
EVERYWHERE = (400, 401, 403, 405, 429, 500, 503)
OF_BODIES = (413, 415)
HEADERS_OF = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Names this order for you: the same call, sent again within 24 hours, is "
    "given the first answer again. 1 to 255 printable ASCII characters.",
    "schema": {"type": "string", "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "example": "order-4711",
}
# The headers that every answer may carry.
ALWAYS = ("RateLimit", "RateLimit-Policy", "X-Request-ID")


@dataclass(frozen=True)
class File:
    """The answer with a file, by its media type."""

    media_type: str


@dataclass(frozen=True)
class Operation:
    """One method of an address. `answers` has a pydantic type by status, None for no body."""

    id: str
    summary: str
    text: str
    answers: dict[int, Any]
    body: type[BaseModel] | None = None
    is_body_optional: bool = False
    query: type[BaseModel] | None = None
    headers: tuple[str, ...] = ()  # of the answer that is not a refusal
    refusals: dict[int, str] = field(default_factory=dict)  # by status: its meaning here
    keyed: bool = False  # takes an Idempotency-Key
    scope: str = ""  # that a token needs, if not that of the method
    is_public: bool = False  # needs no token
    deprecation: Deprecation | None = None


@dataclass(frozen=True)
class Endpoint:
    """An address: the resource behind it in a sentence, and its operations by method."""

    text: str
    operations: dict[str, Operation]


def show(name: str, what: str, answer: type[BaseModel], text: str = "As it is now.") -> Operation:
    """GET of the resource `name`."""
    return Operation(f"show{name}", f"Show {what}", text, {200: answer})


def put(
    name: str, what: str, body: type[BaseModel], answer: type[BaseModel], text: str, **more: Any
) -> Operation:
    """PUT of the resource `name`."""
    return Operation(f"put{name}", f"Set {what}", text, {200: answer}, body, **more)


def delete(name: str, what: str, text: str) -> Operation:
    """DELETE of the resource `name`."""
    return Operation(f"delete{name}", f"Remove {what}", text, {204: None})


def scope_for(method: str) -> str:
    """The scope that a token needs to call by `method`."""
    return READ if method in SAFE else WRITE


def described(view: ViewT, text: str, operations: dict[str, Operation]) -> ViewT:
    """`view`, with its operations by method for the description."""
    view.__dict__["endpoint"] = Endpoint(text, operations)
    return view


def endpoints(patterns: Iterable[Any], prefix: str = "/") -> Iterator[tuple[str, Endpoint]]:
    """Every described address below `prefix`, as a path template, and its endpoint."""
    for each in patterns:
        route = re.sub(r"\(\?P<(\w+)>[^)]*\)|<\w+:(\w+)>", r"{\1\2}", str(each.pattern))
        path = prefix + route.removeprefix("^").removesuffix(r"/?\Z")
        if isinstance(each, URLResolver):
            yield from endpoints(each.url_patterns, path)
        elif endpoint := getattr(each.callback, "endpoint", None):
            yield path, endpoint


def recorded_examples(file: Path) -> dict[str, dict[str, Any]]:
    """Examples by operation ("any" for all) and status; `make examples` records them."""
    found: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


class _PartnerSchema(GenerateJsonSchema):
    """JSON Schema without titles of fields and without `default: null`."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) is not None:
            return super().default_schema(schema)
        inner: Any = schema["schema"]
        if self.mode == "serialization":
            # An optional member of an answer is absent where it is not set, never null.
            while inner["type"] == "function-after":
                inner = inner["schema"]
            if inner["type"] == "nullable":
                inner = inner["schema"]
        return self.generate_inner(inner)


def schema_of(kind: type[BaseModel]) -> Schema:
    """The schema of a `kind` that holds no other, as it is read."""
    found: Schema
    (found,) = schemas_of([kind], []).values()
    return found


def schemas_of(asked: Iterable[type[BaseModel]], answered: Iterable[type[BaseModel]]) -> Schema:
    """The schemas of what is read and of what is answered, by name, and of all inside them.

    In an answer nothing is null that is not set: what is read and answered has two schemas.
    """
    found: Schema = {}
    for kind in asked:
        found |= _parts(kind, "validation", set())
    read = set(found)
    for kind in answered:
        found |= _parts(kind, "serialization", read)
    return found


def _parts(kind: type[BaseModel], mode: JsonSchemaMode, taken: set[str]) -> Schema:
    made = kind.model_json_schema(
        schema_generator=_PartnerSchema, mode=mode, ref_template="{model}"
    )
    parts: Schema = {**made.pop("$defs", {}), made["title"]: made}
    # A class has one name, at the top and inside others: the title that its model gives it.
    titles = {name: part.get("title", name) for name, part in parts.items()}
    names = {
        name: f"Answered{title}" if title in taken else title for name, title in titles.items()
    }
    return {names[name]: _tidy(part, names) for name, part in parts.items()}


def _tidy(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_tidy(each, names) for each in node]
    if not isinstance(node, dict):
        return node
    made = {name: _tidy(value, names) for name, value in node.items()}
    if "$ref" in made:
        made |= ref(names[made["$ref"]])
    if "oneOf" in made:
        made["anyOf"] = made.pop("oneOf")
        del made["discriminator"]
    if "enum" in made:
        made.pop("pattern", None)
    if isinstance(made.get("title"), str):
        del made["title"]  # generators would name its class by it, not by its key
    if isinstance(text := made.get("description"), str):
        made["description"] = " ".join(text.split())
    return _plain(made)


def _plain(schema: Schema) -> Schema:
    """`schema`, or null, in one piece where generators of clients understand it: no enum."""
    match schema.get("anyOf"):
        case [{"type": str(kind)} as choice, {"type": "null"}] if "enum" not in choice:
            del schema["anyOf"]
            return {**choice, **schema, "type": [kind, "null"]}
    return schema


def without_null(schema: Schema) -> Schema:
    """A nullable `schema` as it is where there is a value."""
    match schema:
        case {"type": [kind, "null"]}:
            return {**schema, "type": kind}
        case {"anyOf": [choice, {"type": "null"}], **rest}:
            return {**rest, **choice}
    return schema


def record(properties: Schema) -> Schema:
    """An object of exactly these fields, all of them always there."""
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


def ref(name: str, kind: str = "schemas") -> Schema:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}


def content(schema: Schema, examples: dict[str, Any]) -> Schema:
    """A body of JSON, with examples by their names."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"application/json": {"schema": schema, "examples": named}}


def header(text: str, schema: Schema | None = None, *, required: bool = True) -> Schema:
    """A header of an answer."""
    return {"description": text, "required": required, "schema": schema or {"type": "string"}}


def header_refs(*names: str) -> Schema:
    """The headers of an answer: those called `names`, and those of every answer."""
    return {name: ref(name, "headers") for name in (*names, *ALWAYS)}


def path_parameter(name: str, text: str, schema: Schema, **more: Any) -> Schema:
    """A parameter in an address."""
    place = {"name": name, "in": "path", "required": True}
    return {**place, "description": text, "schema": schema, **more}


def sent_header(name: str, text: str, schema: Schema, example: str) -> Schema:
    """A header of a call that we make."""
    place = {"name": name, "in": "header", "required": True}
    return {**place, "description": text, "schema": schema, "example": example}


def links(found: dict[str, str], following: Iterable[str], suffix: str = "") -> Schema:
    """The operations that may follow, with the parameters that an answer gives them."""
    return {each: {"operationId": each + suffix, "parameters": found} for each in following}


def marked(operation: Operation, description: Schema) -> Schema:
    """The `description` of `operation`, which says so if it is deprecated."""
    return operation.deprecation.describe(description) if operation.deprecation else description


def by_token(method: str, scope: str = "") -> list[Schema]:
    """The tokens that suffice for a call by `method`, by its scope or another `scope`."""
    needed = [scope or scope_for(method)]
    return [{"bearer": needed}, {"oauth2": needed}]
