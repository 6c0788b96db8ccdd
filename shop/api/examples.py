"""An example for each answer, for the API's description and its guide."""

from typing import Any

from shop.api.envelope import phrase

HASH = "8a1f0c2b9d4e47538f6a7b0c1d2e3f40"

DOCUMENT = {
    "product": "s",
    "client_name": "Constantin Film",
    "project_name": "OSD Yamdu Free",
    "user_email": "nicecustomer@gmx.com",
    "user_login": "custy1",
}
REQUESTS: dict[str, dict[str, Any]] = {
    "complete": {"order": DOCUMENT},
    "product_alone": {"order": {"product": "Yamdu FREE"}},
}

PLACED: dict[str, Any] = {
    "admin_user_access_token": None,
    "client_id": None,
    "client_name": "Constantin Film",
    "created_at": "2026-03-02T09:30:00.120000Z",
    "language": "de",
    "order_hash": HASH,
    "packing_errors": None,
    "product": "s",
    "project_id": None,
    "project_name": "OSD Yamdu Free",
    "promo_code": None,
    "redirection_uri": None,
    "registration_url": f"https://shop.example/register/{HASH}/",
    "state": "pending",
    "status": None,
    "updated_at": "2026-03-02T09:30:00.120000Z",
    "user_email": "nicecustomer@gmx.com",
    "user_first_name": None,
    "user_last_name": None,
    "user_login": "custy1",
}
PACKED = {
    **PLACED,
    "client_id": 7,
    "project_id": 12,
    "state": "packed",
    "status": "packed",
    "updated_at": "2026-03-02T09:30:01.480000Z",
}

# What is wrong, in the sentences that are answered.
SENTENCES = {
    400: "The body is not valid JSON.",
    401: "Send a live token: Authorization: Bearer and its value.",
    403: "This token lacks the scope orders:write.",
    404: "There is no such order.",
    405: "This address does not know this method.",
    409: "The first call with this Idempotency-Key still runs.",
    413: "The body must not be larger than 64 KiB.",
    415: "The Content-Type must be application/json.",
    429: "Too many calls. Wait as Retry-After says.",
    500: "Something went wrong on our side. The request may be repeated.",
    503: "The shop cannot answer just now. The request may be repeated.",
}
REFUSED = {
    "product": ["is not a tier that can be ordered."],
    "client_name": ["must not be blank."],
    "user_email": ["must be a bare e-mail address."],
}
REUSED_KEY = {"base": ["This Idempotency-Key was used for another request."]}
REFUSED_LIST = {"per_page": ["input should be less than or equal to 100."]}


def success(status: int, **data: Any) -> dict[str, Any]:
    """A successful answer that carries `data`."""
    return {"status": status, "status_message": phrase(status), "info": "", "data": data}


def failure(status: int, error: dict[str, list[str]] | None = None) -> dict[str, Any]:
    """An answer that says what is wrong."""
    error = error or {"base": [SENTENCES[status]]}
    return {"status": status, "status_message": phrase(status), "error": error}


# By operation and status: each example under its name.
ANSWERS: dict[str, dict[int, dict[str, Any]]] = {
    "placeOrder": {
        201: {"placed": success(201, order=PLACED)},
        422: {"refused": failure(422, REFUSED), "key_used_again": failure(422, REUSED_KEY)},
    },
    "listOrders": {
        200: {"page": success(200, array=[PACKED])},
        403: {"forbidden": failure(403, {"base": ["This token lacks the scope orders:read."]})},
        422: {"refused": failure(422, REFUSED_LIST)},
    },
    "showOrder": {
        200: {"packed": success(200, order=PACKED)},
        403: {"forbidden": failure(403, {"base": ["This token lacks the scope orders:read."]})},
    },
}


def answers(operation: str, status: int) -> dict[str, Any]:
    """The examples of what `operation` answers with `status`."""
    own = ANSWERS[operation].get(status)
    return own or {phrase(status).lower().replace(" ", "_"): failure(status)}
