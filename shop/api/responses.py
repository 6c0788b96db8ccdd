"""Responses under `/api/`, all in one envelope (contract, "Orders API")."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

# Python 3.13 renamed these; on the wire they stay.
PHRASES = {413: "Payload Too Large", 422: "Unprocessable Entity"}
OWN_HEADERS = {"Cache-Control": "no-store", "Content-Language": "en"}


def phrase(status: int) -> str:
    """The reason phrase of `status`."""
    return PHRASES.get(status, HTTPStatus(status).phrase)


def success(
    status: int, data: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A response with `data`, which has one field: `order` or `array`."""
    return _answer(status, headers, info="", data=data)


def failure(
    status: int, errors: Mapping[str, list[str]] | str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A refusal: sentences by field, or one sentence about the whole request."""
    error = {"base": [errors]} if isinstance(errors, str) else errors
    return _answer(status, headers, error=error)


def method_not_allowed(allowed: Iterable[str]) -> JsonResponse:
    """405 with `Allow`: the methods of this address."""
    sentence = "This address does not know this method."
    return failure(405, sentence, {"Allow": ", ".join(allowed)})


def _answer(status: int, headers: Mapping[str, str] | None, **fields: Any) -> JsonResponse:
    body = {"status": status, "status_message": phrase(status), **fields}
    return JsonResponse(body, status=status, headers={**OWN_HEADERS, **(headers or {})})
