"""The envelope around every answer under `/api/` (contract, "Orders API")."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

# Later Pythons have other words for these; the wire keeps its own.
PHRASES = {413: "Payload Too Large", 422: "Unprocessable Entity"}


def phrase(status: int) -> str:
    """The words of `status`."""
    return PHRASES.get(status, HTTPStatus(status).phrase)


def success(status: int, data: Mapping[str, Any]) -> JsonResponse:
    """An answer that carries `data`: one member, named after what it is."""
    return _answer(status, info="", data=data)


def failure(status: int, errors: Mapping[str, list[str]] | str) -> JsonResponse:
    """An answer that says what is wrong: sentences by member, or one sentence for the whole."""
    error = {"base": [errors]} if isinstance(errors, str) else errors
    return _answer(status, error=error)


def unauthorized(sentence: str) -> JsonResponse:
    """401, telling programs how to authenticate."""
    response = failure(401, sentence)
    response["WWW-Authenticate"] = "Bearer"
    return response


def method_not_allowed(allowed: Iterable[str]) -> JsonResponse:
    """405 with the methods this address knows."""
    response = failure(405, "This address does not know this method.")
    response["Allow"] = ", ".join(allowed)
    return response


def _answer(status: int, **members: Any) -> JsonResponse:
    body = {"status": status, "status_message": phrase(status), **members}
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = "en"
    return response
