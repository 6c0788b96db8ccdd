"""The order that this thread works on: lines of the log, traces and error reports name it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

# The number of the order, which opens nothing; "" where the work is about none.
current_order = ContextVar("current_order", default="")

# Milestones of orders, mails and webhooks. The demo does not write them.
milestones = logging.getLogger("shop.milestones")


class Numbered(Protocol):
    """An order, for whoever needs no more of it than its number."""

    pk: int
    order_number: str | None


def note_order(order: Numbered | None) -> None:
    """Note that the request of this thread is about `order`, until the next request begins."""
    if order is not None:
        current_order.set(_number(order))


@contextmanager
def about_order(order: Numbered | None) -> Iterator[None]:
    """Have the work within the block be about `order`; about none where that is None."""
    token = current_order.set("" if order is None else _number(order))
    try:
        yield
    finally:
        current_order.reset(token)


def _number(order: Numbered) -> str:
    return order.order_number or str(order.pk)
