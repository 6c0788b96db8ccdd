"""Responses of the open order and the shape of its errors (contract, "The open order")."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from shop.orders.card_numbers import holds_card
from shop.orders.document import Errors
from shop.request_id import current_id

KINDS = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    409: "conflict",
    413: "payloadTooLarge",
    415: "unsupportedMediaType",
    422: "badRequest",
    429: "tooManyRequests",
    500: "serverError",
    503: "serverError",
}


class ApiError(Exception):
    """An error response: status, one sentence, what is wrong by field, and headers."""

    def __init__(
        self,
        status: int,
        message: str,
        details: Any = "",
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        guid = current_id.get()
        self.body = {"guid": guid, "message": message, "code": status, "details": details}
        self.headers = headers or {}


def failure(error: ApiError) -> HttpResponse:
    """The response that reports `error`."""
    return answer(error.status, {KINDS[error.status]: error.body}, **error.headers)


def refuse(request: HttpRequest, error: ApiError) -> HttpResponse:
    """The response that reports `error` to a caller who may authenticate."""
    response = failure(error)
    if error.status == 401:
        # Basic would make a browser show its own dialogue.
        browser = any(name.lower().startswith("sec-fetch-") for name in request.headers)
        basic = "" if browser else 'Basic realm="orders", charset="UTF-8", '
        response["WWW-Authenticate"] = f"{basic}Bearer"
    if holds_card(request.path):
        # Keeps Django from logging the path.
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def answer(status: int, body: Any = None, **headers: str) -> HttpResponse:
    """A JSON response with `headers`, or one without a body."""
    response = HttpResponse(status=status) if body is None else JsonResponse(body, status=status)
    response["Content-Type"] = "application/json; charset=UTF-8"
    if body is None:
        del response["Content-Type"]
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = "en"
    for name, value in headers.items():
        response[name] = value
    return response


def invalid(errors: Errors) -> ApiError:
    """The answer to a body that breaks rules: one text for each field."""
    details = {member: " ".join(sentences) for member, sentences in errors.items()}
    return ApiError(400, "The request has faults.", details)
