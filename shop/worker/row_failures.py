"""Failures of single rows in hourly work that goes through many."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


class RowsFailedError(Exception):
    """Some rows failed; the error of each is in the log."""


class RowFailures:
    """Logs the rows that fail and lets the others go on; then the work as a whole has failed."""

    def __init__(self) -> None:
        self.number = 0

    @contextmanager
    def logged(self, text: str, *values: object) -> Iterator[None]:
        """Log `text` and the error if the block, the work on one row, fails.

        Errors that mean the database is away are raised.
        """
        try:
            yield
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            self.number += 1
            logger.exception(text, *values)

    def tell(self) -> None:
        """Raise RowsFailedError if a row failed: staff see failed work on the health page."""
        if self.number:
            raise RowsFailedError(f"{self.number} failed; the log has each.")
