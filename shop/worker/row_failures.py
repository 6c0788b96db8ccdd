"""Failures of single rows in work that goes through many."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


@contextmanager
def logged_failure(text: str, *values: object) -> Iterator[None]:
    """Log `text` and the error where the work on one row fails, so that it keeps no other waiting.

    Raises what says that the database is away.
    """
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception(text, *values)
