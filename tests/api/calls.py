"""Calls of the API, for tests."""

import json
from typing import Any

from django.test import Client

from tests.factories import DETAILS


def post_order(token: str, *, key: str = "", **members: Any) -> Any:
    """Place an order of tier s, unless `members` say otherwise."""
    headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
    return Client().post(
        "/api/orders",
        data=json.dumps({"order": {"product": "s", **DETAILS, **members}}),
        content_type="application/json",
        headers=headers,
    )


def list_orders(token: str, **parameters: Any) -> Any:
    """Ask for the list."""
    return Client().get("/api/orders", parameters, headers={"Authorization": f"Bearer {token}"})


# As the description of the API we succeed prints it.
EXAMPLE = (
    '{"order":{"product":"s", "client_name":"Constantin Film", "project_name": "OSD Yamdu Free", '
    '"user_email": "nicecustomer@gmx.com", "user_login":"custy1"}}'
)


def post(token: str, body: str | bytes, content_type: str = "application/json") -> Any:
    """The answer to a body as it is."""
    return Client().generic(
        "POST",
        "/api/orders",
        data=body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {token}"},
    )


def patch(token: str, order_hash: str, **members: Any) -> Any:
    """Change an order."""
    headers = {"Authorization": f"Bearer {token}"}
    body = json.dumps({"order": members})
    return Client().patch(f"/api/orders/{order_hash}", body, "application/json", headers=headers)


def get(token: str, order_hash: str) -> Any:
    """The answer with one order."""
    headers = {"Authorization": f"Bearer {token}"}
    return Client().get(f"/api/orders/{order_hash}", headers=headers)
