"""The reference of a guide: the OpenAPI document laid out for people."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

from shop.openapi import Schema, without_null

# Longer lists of codes are for programs.
MANY = 20
# Envelopes around what is sent and answered, of which the texts of the guides tell.
ENVELOPES = ("Request", "Response", "ResponseData")
# A resource that is also found at an older path.
ALIASES = {"product": "products"}
REF = re.compile(r"#/components/schemas/(\w+)")

# By method and summary: the operations that are told as one, by their paths.
Operations = dict[tuple[str, str], dict[str, Schema]]


class Member(NamedTuple):
    """A member, parameter or header: what it may hold, and what it means."""

    name: str
    rules: str
    text: str
    schemas: tuple[str, ...] = ()  # the names of the schemas that its value may have


def resource_of(path: str) -> str:
    """The resource at a path: `orders` at `/api/orders/{order_hash}`."""
    first, *below = [part for part in path.split("/") if part and not part.startswith("{")]
    if first == "api":
        return below[0]
    if len(below) > 1 and below[0] == "account":
        del below[0]
    resource = below[0] if below else "order"
    return ALIASES.get(resource, resource)


def resources(description: Schema, tag: str) -> dict[str, str]:
    """The resources of an API, each with the first of its paths."""
    found: dict[str, str] = {}
    for path, methods in description["paths"].items():
        if any(tag in operation["tags"] for operation in methods.values()):
            found.setdefault(resource_of(path), path)
    return found


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


def schemas(description: Schema, tag: str) -> dict[str, list[Member]]:
    """The schemas with members that an API's operations use, and the members of each."""
    found: dict[str, list[Member]] = {}
    first = description["tags"][0]["name"]  # the webhooks are of this API
    named = [
        operation
        for methods in (*description["paths"].values(), *description["webhooks"].values())
        for operation in methods.values()
        if tag in operation.get("tags", [first])
    ]
    waiting = _names(description, named)
    while waiting:
        name = waiting.pop(0)
        schema = description["components"]["schemas"][name]
        if name in found:
            continue
        waiting += _names(description, schema)
        found[name] = _own_members(description, schema.get("items", schema))
    told = [name for name in sorted(found) if found[name] and not name.endswith(ENVELOPES)]
    return {
        name: [
            row._replace(schemas=tuple(each for each in row.schemas if each in told))
            for row in found[name]
        ]
        for name in told
    }


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


def _own_members(description: Schema, schema: Schema) -> list[Member]:
    """The members of a schema without those inside them."""
    required = schema.get("required", [])
    return [
        Member(
            name,
            _rules(description, rules, required=name in required),
            rules.get("description", ""),
            tuple(dict.fromkeys(REF.findall(json.dumps(rules)))),
        )
        for name, rules in schema.get("properties", {}).items()
    ]


def _names(description: Schema, node: Any) -> list[str]:
    """The schemas that `node` refers to, also by the answers that operations share."""
    text = json.dumps(node)
    for name in re.findall(r"#/components/responses/(\w+)", text):
        text += json.dumps(description["components"]["responses"][name])
    return list(dict.fromkeys(REF.findall(text)))


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
        "resource": resource_of(next(iter(same))),
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
        "body": _body(description, first.get("requestBody", {})),
        "examples": _examples(first.get("requestBody", {}).get("content", {})),
        "answers": [_answer(status, resolved(description, answers[status])) for status in own],
        "common": [status for status in sorted(answers) if status not in own],
    }


def _body(description: Schema, body: Schema) -> str:
    """The name of the schema that a body, or the envelope in it, consists of; "" for none."""
    names = _names(description, body)
    if names and names[0].endswith(ENVELOPES):
        names = _names(description, description["components"]["schemas"][names[0]])
    schema = description["components"]["schemas"][names[0]] if names else {}
    return names[0] if schema.get("items", schema).get("properties") else ""


def _answer(status: str, answer: Schema) -> Schema:
    return {
        "status": status,
        "text": answer["description"],
        "headers": list(answer["headers"]),
        "examples": _examples(answer.get("content", {})),
    }


def _examples(content: Schema) -> list[tuple[str, str]]:
    """Each example as JSON, with its name; without one where it stands alone."""
    named = [each for media in content.values() for each in media.get("examples", {}).items()]
    return [
        (name.replace("_", " ") if len(named) > 1 else "", pretty(example["value"]))
        for name, example in named
    ]


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
