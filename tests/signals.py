"""Listening to a signal during a block, and receivers that fail."""

from collections.abc import Callable, Iterator
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


@contextmanager
def failing(signal: Signal, fails: Callable[[dict[str, Any]], bool]) -> Iterator[None]:
    """Have a receiver of `signal` fail within the block, by the arguments of a sending."""

    def fail(**arguments: Any) -> None:
        if fails(arguments):
            raise ValueError("This one is broken.")

    signal.connect(fail)
    try:
        yield
    finally:
        signal.disconnect(fail)
