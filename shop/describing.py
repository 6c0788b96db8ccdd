"""What the descriptions of both ordering APIs are built of (OpenAPI 3.1).

Each API describes itself in its own room; `shop.guide` makes one description of them.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from shop.access.tokens import READ, WRITE

Schema = dict[str, Any]

JSON = "application/json"
NULL = {"type": "null"}
SCOPES = {READ: "See the orders that this application placed.", WRITE: "Place orders."}

# Headers that all answers share.
HEADERS = {
    "Allow": "The methods this address knows.",
    "RateLimit": "How many calls are left, and in how many seconds there are more.",
    "RateLimit-Policy": "How many calls are allowed in how many seconds.",
    "Retry-After": "After how many seconds to call again.",
    "X-Request-ID": "Names this call in our logs: your own X-Request-ID, where it is 1 to 64 "
    "letters, digits or . _ -, else one of ours.",
}
ALWAYS = ("RateLimit", "RateLimit-Policy", "X-Request-ID")


class Change(NamedTuple):
    """What an older description says, how it is here, and why."""

    said: str
    here: str
    why: str


@dataclass(frozen=True)
class Part:
    """What one API adds to the description."""

    tag: Schema
    paths: Schema
    schemas: Schema
    headers: Schema
    responses: Schema
    security_schemes: Schema


def record(properties: Schema) -> Schema:
    """An object of exactly these members, all of them always there."""
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
    return {JSON: {"schema": schema, "examples": named}}


def header(text: str, schema: Schema | None = None, *, required: bool = True) -> Schema:
    """A header of an answer."""
    return {"description": text, "required": required, "schema": schema or {"type": "string"}}


def shared_headers() -> Schema:
    """The headers that all answers share, as components."""
    # Calls are not limited everywhere.
    sometimes = {"RateLimit", "RateLimit-Policy"}
    numbers = {"Retry-After": {"type": "integer", "minimum": 0}}
    return {
        name: header(text, numbers.get(name), required=name not in sometimes)
        for name, text in HEADERS.items()
    }


def header_refs(*names: str) -> Schema:
    """The headers of an answer: those called `names`, and those that answers always have."""
    return {name: ref(name, "headers") for name in (*names, *ALWAYS)}


def described(schema: Schema, words: dict[str, str]) -> Schema:
    """`schema`, made by pydantic, with what its members mean and without what says nothing."""
    for name, member in schema["properties"].items():
        member["description"] = words[name]
        member.pop("title", None)
        if member.get("default", ...) is None:
            del member["default"]
    return schema


def security_schemes(base: str) -> Schema:
    """The tokens that both APIs take."""
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


def by_token(scope: str) -> list[Schema]:
    """That a token of `scope` is enough."""
    return [{"bearer": [scope]}, {"oauth2": [scope]}]
