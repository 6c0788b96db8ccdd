"""Values checked against the schemas of the API's description."""

from typing import Any

from jsonschema import Draft202012Validator


def faults(description: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    """Return the errors of `value` by `schema`."""
    whole = {**schema, "components": description["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def order_faults(description: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return the errors of an order document."""
    return faults(description, {"$ref": "#/components/schemas/OrderDocument"}, document)
