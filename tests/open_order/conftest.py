"""What tests of the open order ask for."""

import pytest

from tests.open_order.calls import by_cookie, open_one


@pytest.fixture(params=["/order", "/orders/{hash}"])
def base(db: None, request: pytest.FixtureRequest) -> str:
    """Where the open order of OWNER is found, by the shorthand and by its own address."""
    path: str = request.param
    return path.format(hash=open_one(by_cookie()).order_hash)
