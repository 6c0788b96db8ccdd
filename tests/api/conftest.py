"""What tests of the API share."""

from collections.abc import Iterator

import pytest

from tests.journey.shop import running_shop


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running shop, in the demo profile."""
    with running_shop(tmp_path_factory.mktemp("shop")) as address:
        yield address
