"""Responses under `/api/`, all in one envelope (contract, "Orders API")."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

# Python 3.13 renamed these; on the wire they stay.
PHRASES = {413: "Payload Too Large", 422: "Unprocessable Entity"}


def phrase(status: int) -> str:
    """The reason phrase of `status`."""
    return PHRASES.get(status, HTTPStatus(status).phrase)


def success(status: int, data: Mapping[str, Any]) -> JsonResponse:
    """A response with `data`, which has one member: `order` or `array`."""
    return _answer(status, info="", data=data)


def failure(status: int, errors: Mapping[str, list[str]] | str) -> JsonResponse:
    """A refusal: sentences by member, or one sentence about the whole request."""
    error = {"base": [errors]} if isinstance(errors, str) else errors
    return _answer(status, error=error)


def unauthorized(sentence: str) -> JsonResponse:
    """401 with the challenge `WWW-Authenticate: Bearer`."""
    response = failure(401, sentence)
    response["WWW-Authenticate"] = "Bearer"
    return response


def method_not_allowed(allowed: Iterable[str]) -> JsonResponse:
    """405 with `Allow`: the methods of this address."""
    response = failure(405, "This address does not know this method.")
    response["Allow"] = ", ".join(allowed)
    return response


def _answer(status: int, **members: Any) -> JsonResponse:
    body = {"status": status, "status_message": phrase(status), **members}
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = "en"
    return response
