"""Responses of the open order and the shape of its errors (contract, "The open order")."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from shop.middleware import current_id
from shop.orders.card_numbers import holds_card
from shop.orders.document import Errors

KINDS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflict",
    413: "payloadTooLarge",
    415: "unsupportedMediaType",
    429: "tooManyRequests",
    500: "serverError",
    503: "serverError",
}


class ApiError(Exception):
    """An error response: status, one sentence, and what is wrong by member."""

    def __init__(
        self,
        status: int,
        message: str,
        details: dict[str, str] | None = None,
        *,
        allow: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details
        self.allow = ", ".join(allow)


def failure(error: ApiError) -> HttpResponse:
    """The response that reports `error`."""
    body = {
        "guid": _guid(),
        "message": error.message,
        "code": error.status,
        "details": error.details or "",
    }
    response = answer(error.status, {KINDS[error.status]: body})
    if error.status == 405:
        response["Allow"] = error.allow
    return response


def answer(status: int, body: Any = None) -> HttpResponse:
    """A JSON response, or one without a body."""
    if body is None:
        response = HttpResponse(status=status)
        del response["Content-Type"]
    else:
        response = JsonResponse(body, status=status)
        response["Content-Type"] = "application/json; charset=UTF-8"
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = "en"
    return response


def keep_out_of_logs(request: HttpRequest, response: HttpResponse) -> None:
    """Keep Django from logging the path of a failed call if it holds a card number."""
    if holds_card(request.path):
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001


def invalid(errors: Errors) -> ApiError:
    """The answer to a body whose members break rules: one text for each member."""
    details = {member: " ".join(sentences) for member, sentences in errors.items()}
    return ApiError(400, "The request has faults.", details)


def _guid() -> str:
    """The request's id, by which our logs can be searched, if it is a UUID; else a new one."""
    try:
        return str(uuid.UUID(current_id.get()))
    except ValueError:
        return str(uuid.uuid4())
