"""The id of the request that this thread serves; "-" outside a request."""

from contextvars import ContextVar

current_id = ContextVar("current_id", default="-")
