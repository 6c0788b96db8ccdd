"""Listening to a signal during a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.dispatch import Signal


@contextmanager
def heard(signal: Signal) -> Iterator[list[dict[str, Any]]]:
    """The arguments of each sending of `signal` within the block."""
    told: list[dict[str, Any]] = []

    def hear(**arguments: Any) -> None:
        told.append(arguments)

    signal.connect(hear)
    yield told
    signal.disconnect(hear)
