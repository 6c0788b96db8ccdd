"""Strict parsing of JSON request bodies."""

import json
from typing import Any

from django.http import HttpRequest

LARGEST = 64 * 1024  # bytes


class UnreadableBodyError(Exception):
    """The body cannot be read. Carries the status to answer with and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def read_json(request: HttpRequest) -> tuple[Any, bytes]:
    """The JSON value in the body of `request`, and the bytes it was read from.

    Raises UnreadableBodyError: 415 for another media type, 413 above 64 KiB, 400 for anything but
    strict JSON in UTF-8, without duplicate fields and NaN.
    """
    if request.content_type != "application/json":
        raise UnreadableBodyError(415, "The Content-Type must be application/json.")
    body = _read(request)
    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=_object, parse_constant=_constant), body
    except (ValueError, RecursionError) as error:
        raise UnreadableBodyError(400, "The body is not valid JSON.") from error


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
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def _constant(name: str) -> Any:
    raise ValueError(name)
