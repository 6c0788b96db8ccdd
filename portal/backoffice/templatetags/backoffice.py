"""Template filters of the back office."""

from datetime import datetime

from django import template
from django.utils.timesince import timesince
from django_stubs_ext import StrOrPromise

from portal.backoffice.formatting import duration
from portal.backoffice.timeline import outcome
from shop.orders import error_codes
from shop.orders.attention import STALLED, UNANSWERED, any_holds
from shop.orders.models import Order, State
from shop.orders.order_members import MEMBERS, PERSONAL
from shop.packing import step_names

register = template.Library()
register.filter("fault_text", error_codes.error_text)
register.filter("step_title", step_names.step_title)
register.filter("duration", duration)
register.filter("outcome", outcome)


@register.filter
def state_label(state: str) -> str:
    """Return the name of `state` in the reader's language."""
    return str(State(state).label)


@register.filter
def waits_too_long(order: Order) -> bool:
    """Return whether the order has waited too long for the worker, or for details."""
    return any_holds((*STALLED, UNANSWERED), order)


@register.filter
def age(when: datetime) -> str:
    """Return how long ago `when` was, in its largest unit."""
    return timesince(when, depth=1)


@register.filter
def personal_details(order: Order) -> list[tuple[StrOrPromise, str | None]]:
    """Label and value of each member about the person who joins."""
    return [(MEMBERS[name].label, getattr(order, name)) for name in PERSONAL]
