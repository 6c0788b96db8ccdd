"""Answers of the open order, and its own shape of errors (contract, "The open order")."""

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
    """An answer that ends a call: status, one sentence, what is wrong by member."""

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


def failure(fault: ApiError) -> HttpResponse:
    """The answer that tells `fault`."""
    body = {
        "guid": _guid(),
        "message": fault.message,
        "code": fault.status,
        "details": fault.details or "",
    }
    response = answer(fault.status, {KINDS[fault.status]: body})
    if fault.status == 405:
        response["Allow"] = fault.allow
    return response


def answer(status: int, body: Any = None) -> HttpResponse:
    """A JSON answer, or one without a body."""
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
    """Django logs the address of each call that fails; not one with a card number in it."""
    if holds_card(request.path):
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001


def details_of(errors: Errors) -> dict[str, str]:
    """One text for each member at fault."""
    return {member: " ".join(sentences) for member, sentences in errors.items()}


def _guid() -> str:
    """The request's id, by which our logs can be searched, where it has the form of one."""
    try:
        return str(uuid.UUID(current_id.get()))
    except ValueError:
        return str(uuid.uuid4())
