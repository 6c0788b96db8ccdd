"""Responses under `/api/`, all in one envelope (contract, "Orders API")."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

from shop.faults import Fault, Faults, fault

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
    status: int, found: Fault | Faults, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """A refusal for what was found by field, or for one fault of the whole request.

    Beside each sentence stands its code, under the same name and in the same order (contract,
    "Orders API").
    """
    faults: Faults = {"base": [found]} if isinstance(found, Fault) else found
    error = {name: [each.sentence for each in several] for name, several in faults.items()}
    codes = {name: [each.code for each in several] for name, several in faults.items()}
    return _answer(status, headers, error=error, codes=codes)


def method_not_allowed(allowed: Iterable[str]) -> JsonResponse:
    """405 with `Allow`: the methods of this address."""
    return failure(405, fault("method_not_allowed"), {"Allow": ", ".join(allowed)})


def _answer(status: int, headers: Mapping[str, str] | None, **fields: Any) -> JsonResponse:
    body = {"status": status, "status_message": phrase(status), **fields}
    return JsonResponse(body, status=status, headers={**OWN_HEADERS, **(headers or {})})
