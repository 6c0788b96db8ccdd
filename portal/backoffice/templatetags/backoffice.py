"""What the back office's pages say of orders."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django_stubs_ext import StrOrPromise

from portal.backoffice.formatting import duration
from portal.backoffice.timeline import outcome
from shop.orders import error_codes
from shop.orders.attention import STALLED, UNANSWERED
from shop.orders.models import Order, State
from shop.orders.order_members import MEMBERS, PERSONAL
from shop.packing import step_names

register = template.Library()
register.filter("fault_text", error_codes.error_text)

register.filter("step_title", step_names.step_title)
register.filter("duration", duration)


@register.filter
def state_label(state: str) -> str:
    """What pages call `state`."""
    return str(State(state).label)


register.filter("outcome", outcome)


@register.filter
def waits_too_long(order: Order) -> bool:
    """Whether it waits for details, or for the worker, for longer than it should."""
    now = timezone.now()
    return any(part.holds(order, now) for part in (*STALLED, UNANSWERED))


@register.filter
def age(when: datetime) -> str:
    """How long ago that was, in its largest unit."""
    return timesince(when, depth=1)


@register.filter
def personal_details(order: Order) -> list[tuple[StrOrPromise, str | None]]:
    """Label and value of each member about the person who joins."""
    return [(MEMBERS[name].label, getattr(order, name)) for name in PERSONAL]
