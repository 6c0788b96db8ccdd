"""What a schema of the API's description says of a value."""

import json
from typing import Any

from jsonschema import Draft202012Validator


def faults(description: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """What is wrong with `value` by `schema`."""
    whole = {**schema, "components": description["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def order_faults(description: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """What is wrong with an order document."""
    return faults(description, {"$ref": "#/components/schemas/OrderDocument"}, document)


def as_in_examples(body: Any, *ids: tuple[str, str]) -> Any:
    """`body` with the ids of the examples for its own."""
    text = json.dumps(body)
    for own, example in ids:
        text = text.replace(own, example)
    return json.loads(text)
