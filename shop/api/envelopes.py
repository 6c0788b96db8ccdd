"""The envelopes of the Orders API's answers, for its description."""

from collections.abc import Iterator
from typing import get_args

from pydantic import BaseModel

from shop import openapi
from shop.api.paging import LARGEST_PAGE
from shop.api.urls import urlpatterns
from shop.openapi import Operation, Schema, record, ref

# By the title of what is answered: its member of `data`, and that in words.
NAMES = {
    "Order": ("order", "The order."),
    "Invoice": ("invoice", "The invoice."),
    "Tier": ("product", "The tier."),
    "WebhookEndpoint": ("webhook_endpoint", "The webhook endpoint."),
    "WebhookDelivery": ("delivery", "The delivery."),
    "WebhookReplayed": ("replay", "The replay."),
    "RegisteredWebhookEndpoint": ("webhook_endpoint", "The webhook endpoint, with its secret."),
}
FAULTS = {
    "description": "What is wrong, by field or parameter; base for the call as a whole. Sentences "
    "are English and may be reworded: programs go by codes.",
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
}
CODES = {
    "description": "The code of each sentence, under the same name and in the same order. A code "
    "keeps its name and its meaning; codes are added. The guide lists them.",
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[a-z0-9]+(_[a-z0-9]+)*$"},
        "minItems": 1,
    },
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


# Each has a name of its own: generators of clients make one class of it, not one for each use.
SCHEMAS = {
    "Codes": CODES,
    "Error": _envelope(
        "The envelope of a refusal.",
        error=_part("Faults", "What is wrong, in sentences."),
        codes=_part("Codes", "What is wrong, in codes."),
    ),
    "Faults": FAULTS,
    "FileContent": {"description": "The file.", "type": "string", "format": "binary"},
    "OrderRequest": _object(
        "The body that places an order.", order=_part("OrderDocument", "The order.")
    ),
    "OrderChangeRequest": _object(
        "The body that changes an order.", order=_part("OrderChange", "The changes.")
    ),
}


def operations() -> Iterator[tuple[str, str, Operation]]:
    """Every operation of the Orders API, with its path and its method."""
    for path, endpoint in openapi.endpoints(urlpatterns, "/api/"):
        for method, operation in endpoint.operations.items():
            yield path, method, operation


def answered() -> dict[str, type[BaseModel]]:
    """The models that operations answer, by title; of lists what they hold."""
    kinds = [kind for _, _, each in operations() for kind in each.answers.values()]
    models = [get_args(kind)[0] if get_args(kind) else kind for kind in kinds]
    return {title(kind): kind for kind in models if isinstance(kind, type)}


def title(kind: type[BaseModel]) -> str:
    """The name of the schema of `kind`."""
    return str(kind.model_config["title"])


def envelopes() -> Schema:
    """The envelopes of one and of several, for each kind of thing that is answered."""
    found: Schema = {}
    for name in answered():
        member, text = NAMES[name]
        found[f"{name}Response"] = _success_envelope(f"{name}ResponseData")
        found[f"{name}ResponseData"] = _object("What was asked.", **{member: _part(name, text)})
    for _path, _method, operation in operations():
        for kind in operation.answers.values():
            if get_args(kind):
                found |= _list_envelopes(title(get_args(kind)[0]), operation)
    return found


def _list_envelopes(name: str, operation: Operation) -> Schema:
    array: Schema = {"type": "array", "items": ref(name), "description": "What was asked."}
    if operation.query:
        array["maxItems"] = LARGEST_PAGE
    return {
        f"{name}ListResponse": _success_envelope(f"{name}ListResponseData"),
        f"{name}ListResponseData": _object("What was asked.", array=array),
    }
