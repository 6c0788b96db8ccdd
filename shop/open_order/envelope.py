"""Responses of the open order and the shape of its errors (contract, "The open order")."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from shop.faults import Fault, Faults, fault
from shop.orders.card_numbers import holds_card
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
    """An error response: status, what is wrong as a whole and by field, and headers."""

    def __init__(
        self,
        status: int,
        found: Fault,
        by_field: Faults | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(found)
        faults = by_field or {}
        told = {**faults, "base": [found, *faults.get("base", ())]}
        self.status = status
        self.headers = headers or {}
        self.body = {
            "guid": current_id.get(),
            "message": found.sentence,
            "code": status,
            "details": {name: _text(several) for name, several in faults.items()} or "",
            "codes": {name: [each.code for each in several] for name, several in told.items()},
        }


def _text(faults: Iterable[Fault]) -> str:
    return " ".join(each.sentence for each in faults)


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
        response.setdefault("WWW-Authenticate", "Bearer")
        response["WWW-Authenticate"] = basic + response["WWW-Authenticate"]
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


def invalid(faults: Faults) -> ApiError:
    """The answer to a body that breaks rules."""
    return ApiError(400, fault("invalid_fields"), faults)
