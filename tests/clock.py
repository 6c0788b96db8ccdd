"""Another time on Django's clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest
from django.utils import timezone


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Stop the clock at `moment` within the block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: moment)
        yield
