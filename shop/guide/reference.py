"""The chapter "Reference" of a guide: the OpenAPI document laid out for people."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from shop.openapi import Schema, without_null

# Longer lists of codes are for programs.
MANY = 20


# By method and summary: the operations that are told as one, by their paths.
Operations = dict[tuple[str, str], dict[str, Schema]]


class Member(NamedTuple):
    """A member, parameter or header: what it may hold, and what it means."""

    name: str
    rules: str
    text: str


def operations(description: Schema, tag: str) -> list[Schema]:
    """All operations of an API for the template; those of one method and summary are one here."""
    found = _by_summary(description, tag)
    shared = _shared(found)
    return [
        _operation(description, method.upper(), same, shared)
        for (method, _summary), same in found.items()
    ]


def common_answers(description: Schema, tag: str) -> list[Schema]:
    """The answers that several operations of an API share, which are told once."""
    shared = _shared(_by_summary(description, tag)).items()
    return [_answer(status, resolved(description, {"$ref": name})) for name, status in shared]


def _by_summary(description: Schema, tag: str) -> Operations:
    found: Operations = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if tag in operation["tags"]:
                found.setdefault((method, operation["summary"]), {})[path] = operation
    return found


def _shared(found: Operations) -> dict[str, str]:
    """The references of the answers that operations share, each with its status, in its order."""
    uses = Counter(
        use
        for same in found.values()
        for use in {
            (status, answer["$ref"])
            for operation in same.values()
            for status, answer in operation["responses"].items()
            if "$ref" in answer
        }
    )
    return {name: status for (status, name), times in sorted(uses.items()) if times > 1}


def members(name: str, description: Schema) -> list[Member]:
    """The members of a schema: required ones first, links last, otherwise in its own order."""
    schema = description["components"]["schemas"][name]
    rows: list[Member] = []
    required: set[str] = {"links"}
    for shape in _shapes(description, schema.get("items", schema)):
        needed = set(shape.get("required", []))
        required |= needed
        rows += _members(description, shape, all_required=needed == shape["properties"].keys())

    def place(row: Member) -> tuple[bool, bool]:
        first = row.name.partition(".")[0]
        return first == "links", first not in required

    return sorted(rows, key=place)


def headers(description: Schema, tag: str) -> list[Member]:
    """The headers that an API's answers carry."""
    named: dict[str, str] = {}
    for operation in chain.from_iterable(each.values() for each in description["paths"].values()):
        for answer in operation["responses"].values() if tag in operation["tags"] else ():
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


def _members(
    description: Schema, schema: Schema, prefix: str = "", *, all_required: bool
) -> Iterator[Member]:
    for name, rules in schema["properties"].items():
        needed = name in schema.get("required", []) and not all_required
        words = _rules(description, rules, required=needed)
        yield Member(prefix + name, words, rules["description"])
        for shape in _shapes(description, rules):
            inner = resolved(description, shape.get("items", shape))
            if "properties" in inner:
                below = f"{prefix}{name}."
                yield from _members(description, inner, below, all_required=all_required)


def _operation(
    description: Schema, method: str, same: dict[str, Schema], shared: dict[str, str]
) -> Schema:
    operations = list(same.values())
    parameters = {each["name"]: each for one in operations for each in one["parameters"]}
    answers: Schema = {}
    for one in operations:
        answers = {**one["responses"], **answers}
    own = [status for status in sorted(answers) if answers[status].get("$ref") not in shared]
    first = operations[0]
    return {
        "name": first["operationId"],
        "method": method,
        "paths": list(same),
        "summary": first["summary"],
        "text": first["description"],
        "deprecated": first.get("deprecated", False),
        "scope": next((each["bearer"][0] for each in first["security"] if "bearer" in each), ""),
        "parameters": [
            Member(
                name,
                _rules(description, each["schema"], required=each.get("required")),
                each["description"],
            )
            for name, each in parameters.items()
        ],
        "examples": _examples(first.get("requestBody", {}).get("content", {})),
        "answers": [_answer(status, resolved(description, answers[status])) for status in own],
        "common": [status for status in sorted(answers) if status not in own],
    }


def _answer(status: str, answer: Schema) -> Schema:
    return {
        "status": status,
        "text": answer["description"],
        "headers": list(answer["headers"]),
        "examples": _examples(answer.get("content", {})),
    }


def _examples(content: Schema) -> list[str]:
    named = [
        example for media in content.values() for example in media.get("examples", {}).values()
    ]
    return [pretty(example["value"]) for example in named]


def _shapes(description: Schema, schema: Schema) -> list[Schema]:
    """The schemas a value may have, but for null."""
    value = without_null(schema)
    return [resolved(description, choice) for choice in value.get("anyOf", [value])]


def _rules(description: Schema, schema: Schema, *, required: bool | None) -> str:
    """The rules of a value in words. Patterns stay with programs: the texts say what they mean."""
    shapes = _shapes(description, schema)
    words = ["required"] if required else []
    words.append(" or ".join(_kind(shape) for shape in shapes))
    if "maxLength" in shapes[0]:
        words.append(f"{shapes[0].get('minLength', 1)} to {shapes[0]['maxLength']} characters")
    if "maximum" in shapes[0]:
        words.append(f"{shapes[0]['minimum']} to {shapes[0]['maximum']}")
    if "default" in schema:
        words.append(f"default {schema['default']}")
    if without_null(schema) != schema:
        words.append("or null")
    return ", ".join(words)


def _kind(shape: Schema) -> str:
    if "const" in shape:
        return json.dumps(shape["const"])
    if len(shape.get("enum", [])) > MANY:
        return f"one of {len(shape['enum'])} codes"
    if "enum" in shape:
        return " | ".join(str(value) for value in shape["enum"])
    return str(shape.get("format", shape["type"]))
