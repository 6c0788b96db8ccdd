"""The API's description, laid out for people: operations, members with their rules, answers."""

import json
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True)
class Member:
    """A member, parameter or header: what it may hold, and what it means."""

    name: str
    rules: str
    text: str


@dataclass(frozen=True)
class Answer:
    """What comes back with one status."""

    status: str
    text: str
    headers: list[str]
    examples: list[str]


@dataclass(frozen=True)
class Operation:
    """A method at an address."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: list[Member]
    examples: list[str]
    answers: list[Answer]


def operations(description: Schema) -> list[Operation]:
    """All operations; placing an order comes first."""
    found = [
        _operation(method.upper(), path, operation)
        for path, methods in description["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda operation: operation.method != "POST")


def members(description: Schema, name: str) -> list[Member]:
    """The members of a schema, required ones first, otherwise in its own order."""
    schema = description["components"]["schemas"][name]
    required = set(schema["required"])
    everything = required == set(schema["properties"])
    rows = [
        Member(
            member,
            _rules(rules, required=member in required and not everything),
            rules["description"],
        )
        for member, rules in schema["properties"].items()
    ]
    return sorted(rows, key=lambda row: row.name not in required)


def headers(description: Schema) -> list[Member]:
    """The headers that answers carry."""
    return [
        Member(name, "", header["description"])
        for name, header in description["components"]["headers"].items()
    ]


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _operation(method: str, path: str, operation: Schema) -> Operation:
    body = operation.get("requestBody", {}).get("content", {})
    return Operation(
        name=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        text=operation["description"],
        scope=operation["security"][0]["bearer"][0],
        parameters=[
            Member(
                parameter["name"],
                _rules(parameter["schema"], required=parameter.get("required", False)),
                parameter["description"],
            )
            for parameter in operation["parameters"]
        ],
        examples=_examples(body),
        answers=[
            Answer(
                status, answer["description"], list(answer["headers"]), _examples(answer["content"])
            )
            for status, answer in operation["responses"].items()
        ],
    )


def _examples(content: Schema) -> list[str]:
    return [
        pretty(example["value"])
        for media in content.values()
        for example in media["examples"].values()
    ]


def _rules(schema: Schema, *, required: bool) -> str:
    """What a value must be, in words. Patterns stay with programs: the texts say what they mean."""
    shapes = [shape for shape in schema.get("anyOf", [schema]) if shape != {"type": "null"}]
    shape = shapes[0]
    words = ["required"] if required else []
    if "enum" in shape:
        words.append(" | ".join(str(value) for value in shape["enum"] if value is not None))
    else:
        words.append(shape.get("format", shape["type"]))
    if "maxLength" in shape:
        words.append(f"{shape.get('minLength', 1)} to {shape['maxLength']} characters")
    if "maximum" in shape:
        words.append(f"{shape['minimum']} to {shape['maximum']}")
    if "default" in schema:
        words.append(f"default {schema['default']}")
    if len(shapes) < len(schema.get("anyOf", [schema])):
        words.append("or null")
    return ", ".join(words)
