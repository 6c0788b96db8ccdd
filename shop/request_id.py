"""The id of the request that this thread serves; "-" outside a request."""

from contextvars import ContextVar

from django import template

register = template.Library()
current_id = ContextVar("current_id", default="-")


@register.simple_tag
def request_reference() -> str:
    """Return the id by which our logs name this request; "" outside a request."""
    return current_id.get().strip("-")
