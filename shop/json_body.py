"""Strict parsing of JSON request bodies; a refusal says what is wrong, and where."""

import codecs
import json
from typing import Any

from django.http import HttpRequest

from shop.orders.card_numbers import hide_cards

LARGEST = 64 * 1024  # bytes
LONGEST_NAME = 60  # characters of a member's name that a refusal quotes


class UnreadableBodyError(Exception):
    """The body cannot be read. Carries the status to answer with, a sentence and headers."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = headers or {}


def read_json(request: HttpRequest) -> Any:
    """The JSON value in the body of `request`.

    Raises UnreadableBodyError: 415 for another media type, a content coding or another charset than
    UTF-8, 413 above 64 KiB, 400 for anything but strict JSON without doubled members and NaN. A
    byte order mark is ignored (contract, "Orders API").
    """
    _check_headers(request)
    body = _read(request).removeprefix(codecs.BOM_UTF8)
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_constant)
    except UnicodeDecodeError as error:
        sentence = f"The body is not UTF-8: byte {error.start + 1} cannot be read."
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        sentence = f"The body is not valid JSON: {error.msg} at {place}."
    except RecursionError:
        sentence = "The body is nested too deeply."
    except ValueError:  # from Python's limit on the digits of an integer
        sentence = "The body has a number with too many digits."
    raise UnreadableBodyError(400, sentence)


def _check_headers(request: HttpRequest) -> None:
    if request.content_type != "application/json":
        raise UnreadableBodyError(415, "The Content-Type must be application/json.")
    charset = (request.content_params or {}).get("charset", "utf-8")
    try:
        known = codecs.lookup(charset).name
    except (LookupError, ValueError):
        known = ""
    if known != "utf-8":
        raise UnreadableBodyError(415, "The charset must be UTF-8.")
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        headers = {"Accept-Encoding": "identity"}
        raise UnreadableBodyError(415, "The body must not have a Content-Encoding.", headers)


def _read(request: HttpRequest) -> bytes:
    too_large = UnreadableBodyError(413, "The body must not be larger than 64 KiB.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise too_large
    if "CONTENT_LENGTH" in request.META or "HTTP_TRANSFER_ENCODING" not in request.META:
        return request.body
    # A chunked body has no length, which Django treats as no body at all.
    body: bytes = request.META["wsgi.input"].read(LARGEST + 1)
    if len(body) > LARGEST:
        raise too_large
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            quoted = json.dumps(hide_cards(name[:LONGEST_NAME]))
            raise UnreadableBodyError(400, f"The body has the member {quoted} more than once.")
        members[name] = value
    return members


def _constant(name: str) -> Any:
    raise UnreadableBodyError(400, f"The body is not valid JSON: {name} is not a JSON value.")
