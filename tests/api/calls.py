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
