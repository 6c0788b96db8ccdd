"""The APIs' description, laid out for people: operations, members with their rules, answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shop.openapi import NULL, Schema

# Longer lists of codes are for programs.
MANY = 20


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
    """What a method does, at one address or at several that mean the same."""

    name: str
    method: str
    paths: list[str]
    summary: str
    text: str
    scope: str
    parameters: list[Member]
    examples: list[str]
    answers: list[Answer]
    common: list[str]  # the statuses told once for all operations


def operations(description: Schema, tag: str) -> list[Operation]:
    """All operations of an API. Those of one method and summary mean the same and are one here."""
    found: dict[tuple[str, str], dict[str, Schema]] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                found.setdefault((method, operation["summary"]), {})[path] = operation
    # OPTIONS is known everywhere and told last.
    read = [_operation(method.upper(), same) for (method, _summary), same in found.items()]
    return sorted(read, key=lambda operation: operation.method == "OPTIONS")


def common_answers(description: Schema, operations: list[Operation]) -> list[Answer]:
    """The answers that these operations share: they are told once."""
    wanted = {status for operation in operations for status in operation.common}
    # The names of these components end in the status.
    shared = description["components"]["responses"].items()
    return [_answer(name[-3:], answer) for name, answer in shared if name[-3:] in wanted]


def members(name: str, description: Schema) -> list[Member]:
    """The members of a schema: required ones first, links last, otherwise in its own order."""
    rows: dict[str, Member] = {}
    required: set[str] = set()
    schema = description["components"]["schemas"][name]
    schema = schema.get("items", schema)
    for shape in [schema] if "properties" in schema else schema["anyOf"]:
        required |= set(shape.get("required", []))
        everything = required == set(shape["properties"])
        for row in _members(shape, all_required=everything):
            other = rows.get(row.name, row)
            rules = row.rules if other.rules == row.rules else f"{other.rules} or {row.rules}"
            rows[row.name] = Member(row.name, rules, row.text)

    def place(row: Member) -> tuple[bool, bool]:
        first = row.name.partition(".")[0]
        return first == "links", first not in required

    return sorted(rows.values(), key=place)


def headers(description: Schema, tag: str) -> list[Member]:
    """The headers that an API's answers carry."""
    named: dict[str, str] = {}
    for methods in description["paths"].values():
        for operation in methods.values():
            if tag in operation["tags"]:
                for answer in operation["responses"].values():
                    for header, rules in resolved(description, answer)["headers"].items():
                        named[header] = resolved(description, rules)["description"]
    return [Member(header, "", named[header]) for header in sorted(named)]


def resolved(description: Schema, node: Schema) -> Schema:
    """`node`, or the component it refers to."""
    if "$ref" not in node:
        return node
    kind, name = node["$ref"].split("/")[-2:]
    found: Schema = description["components"][kind][name]
    return found


def pretty(value: Any) -> str:
    """JSON for people."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def _members(schema: Schema, prefix: str = "", *, all_required: bool) -> Iterator[Member]:
    for name, rules in schema["properties"].items():
        needed = name in schema.get("required", []) and not all_required
        yield Member(prefix + name, _rules(rules, required=needed), rules["description"])
        for shape in _shapes(rules):
            inner = shape.get("items", shape)
            if "properties" in inner:
                yield from _members(inner, f"{prefix}{name}.", all_required=all_required)


def _operation(method: str, same: dict[str, Schema]) -> Operation:
    operations = list(same.values())
    operation = operations[0]
    body = operation.get("requestBody", {}).get("content", {})
    parameters = {each["name"]: each for one in operations for each in one["parameters"]}
    answers: Schema = {}
    for one in operations:
        answers = {**one["responses"], **answers}
    own = [status for status in sorted(answers) if "$ref" not in answers[status]]
    return Operation(
        name=operation["operationId"],
        method=method,
        paths=list(same),
        summary=operation["summary"],
        text=operation["description"],
        scope=next(each["bearer"][0] for each in operation["security"] if "bearer" in each),
        parameters=[
            Member(
                name,
                _rules(parameter["schema"], required=parameter.get("required", False)),
                parameter["description"],
            )
            for name, parameter in parameters.items()
        ],
        examples=_examples(body),
        answers=[_answer(status, answers[status]) for status in own],
        common=[status for status in sorted(answers) if status not in own],
    )


def _answer(status: str, answer: Schema) -> Answer:
    examples = _examples(answer.get("content", {}))
    return Answer(status, answer["description"], list(answer["headers"]), examples)


def _examples(content: Schema) -> list[str]:
    return [
        pretty(example["value"])
        for media in content.values()
        for example in media["examples"].values()
    ]


def _shapes(schema: Schema) -> list[Schema]:
    """What a value may be, but for null."""
    return [shape for shape in schema.get("anyOf", [schema]) if shape != NULL]


def _rules(schema: Schema, *, required: bool) -> str:
    """What a value must be, in words. Patterns stay with programs: the texts say what they mean."""
    shapes = _shapes(schema)
    words = ["required"] if required else []
    words.append(" or ".join(_kind(shape) for shape in shapes))
    if "maxLength" in shapes[0]:
        words.append(f"{shapes[0].get('minLength', 1)} to {shapes[0]['maxLength']} characters")
    if "maximum" in shapes[0]:
        words.append(f"{shapes[0]['minimum']} to {shapes[0]['maximum']}")
    if "default" in schema:
        words.append(f"default {schema['default']}")
    if len(shapes) < len(schema.get("anyOf", [schema])):
        words.append("or null")
    return ", ".join(words)


def _kind(shape: Schema) -> str:
    if "const" in shape:
        return json.dumps(shape["const"])
    if len(shape.get("enum", [])) > MANY:
        return f"one of {len(shape['enum'])} codes"
    if "enum" in shape:
        return " | ".join(str(value) for value in shape["enum"] if value is not None)
    return str(shape.get("format", shape["type"]))
