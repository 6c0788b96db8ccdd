"""Strict parsing of JSON request bodies; a refusal says what is wrong, and where."""

import codecs
import io
import json
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest

from shop.faults import Fault, fault
from shop.orders.card_numbers import hide_cards

LARGEST = 64 * 1024  # bytes
LONGEST_NAME = 60  # characters of a member's name that a refusal quotes
DEEPEST = 100  # levels of objects and lists; Python's own limit depends on what called us
# Strings, so that what is inside them is passed over; what may open and close; numbers and names.
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]|[-+.\w]+', re.ASCII)
COLON = re.compile(r"\s*:")


class UnreadableBodyError(Exception):
    """The body cannot be read. Carries the status to answer with, the fault and headers."""

    def __init__(self, status: int, found: Fault, headers: dict[str, str] | None = None) -> None:
        super().__init__(found)
        self.status = status
        self.fault = found
        self.headers = headers or {}


class NoJSONValueError(Exception):
    """The body has NaN or Infinity, which Python reads and JSON does not know."""


class DoubledMemberError(Exception):
    """An object in the body has two members of one name."""


def read_json(request: HttpRequest) -> Any:
    """The JSON value in the body of `request`.

    Raises UnreadableBodyError: 415 for another media type, a content coding or another charset than
    UTF-8, 413 above 64 KiB, 400 for anything but strict JSON without doubled members and NaN. A
    byte order mark is ignored (contract, "Orders API").
    """
    _check_headers(request)
    body = _read(request).removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place(body[: error.start].decode("utf-8"))
        found = fault("not_utf8", byte=error.start + 1, place=place)
        raise UnreadableBodyError(400, found) from None
    _check_depth(text)
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message, place = error.msg.removesuffix(" at"), _place(text[: error.pos])
        found = fault("invalid_json", why=f"{message} at {place}")
    except NoJSONValueError as error:
        name = str(error)
        place = _place_of(text, lambda token: token == name)
        found = fault("invalid_json", why=f"{name} at {place} is not a JSON value")
    except DoubledMemberError:
        name, place = next(_doubled_members(text))
        found = fault("doubled_member", name=name, place=place)
    except ValueError:  # from Python's limit on the digits of an integer
        most = sys.get_int_max_str_digits()
        digits = re.compile(rf"-?[0-9]{{{most + 1},}}")
        found = fault("too_many_digits", place=_place_of(text, digits.fullmatch))
    raise UnreadableBodyError(400, found)


def _check_depth(text: str) -> None:
    """Refuse what is nested so deeply that some code of ours might not get to its bottom."""
    depth = 0
    for found in TOKEN.finditer(text):
        depth += (found[0] in "[{") - (found[0] in "]}")
        if depth > DEEPEST:
            place = _place(text[: found.start()])
            raise UnreadableBodyError(400, fault("nested_too_deeply", place=place))


def _doubled_members(text: str) -> Iterator[tuple[str, str]]:
    """The doubled members of `text`: each one's name, quoted, and the place of its second."""
    objects: list[set[str]] = []
    for found in TOKEN.finditer(text):
        if found[0] in "[{":
            objects.append(set())
        elif found[0] in "]}":
            objects.pop()
        elif found[0].startswith('"') and COLON.match(text, found.end()):
            name = json.loads(found[0])
            if name in objects[-1]:
                yield json.dumps(hide_cards(name[:LONGEST_NAME])), _place(text[: found.start()])
            objects[-1].add(name)


def _place_of(text: str, fits: Callable[[str], object]) -> str:
    """The place of the first token in `text` that fits."""
    start = next((found.start() for found in TOKEN.finditer(text) if fits(found[0])), 0)
    return _place(text[:start])


def _place(before: str) -> str:
    """The place behind the text `before`."""
    column = len(before) - before.rfind("\n")
    return f"line {before.count(chr(10)) + 1}, column {column}"


def _check_headers(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise UnreadableBodyError(415, fault("unsupported_media_type"))
    charset = (request.content_params or {}).get("charset", "utf-8")
    try:
        known = codecs.lookup(charset).name
    except (LookupError, ValueError):
        known = ""
    if known != "utf-8":
        raise UnreadableBodyError(415, fault("unsupported_charset"))
    codings = request.headers.get("Content-Encoding", "").lower().split(",")
    if {coding.strip() for coding in codings} - {"", "identity"}:
        headers = {"Accept-Encoding": "identity"}
        raise UnreadableBodyError(415, fault("unsupported_content_encoding"), headers)


def has_body(request: HttpRequest) -> bool:
    """Tell whether `request` has a body: one in chunks may turn out to be empty."""
    try:
        return bool(_read(request))
    except UnreadableBodyError:
        return True  # of more than is read


def _read(request: HttpRequest) -> bytes:
    too_large = UnreadableBodyError(413, fault("body_too_large"))
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise too_large
    if "CONTENT_LENGTH" in request.META or "HTTP_TRANSFER_ENCODING" not in request.META:
        return request.body
    # A chunked body has no length, which Django treats as no body at all.
    body: bytes = request.META["wsgi.input"].read(LARGEST + 1)
    request.META["wsgi.input"] = io.BytesIO(body)  # to be read again
    if len(body) > LARGEST:
        raise too_large
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            raise DoubledMemberError
        members[name] = value
    return members


def _refuse_constant(name: str) -> Any:
    raise NoJSONValueError(name)
