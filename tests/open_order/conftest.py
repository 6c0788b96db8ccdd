"""Fixtures for the tests of the open order."""

import pytest

from tests.open_order.calls import by_cookie, open_one


@pytest.fixture(params=["/order", "/orders/{hash}"])
def base(db: None, request: pytest.FixtureRequest) -> str:
    """The path of OWNER's open order: the shorthand, then its own."""
    path: str = request.param
    return path.format(hash=open_one(by_cookie()).order_hash)
