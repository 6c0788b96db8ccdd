"""What the back office's pages say of orders."""

from dataclasses import replace
from datetime import timedelta

from django import template
from django.conf import settings
from django.utils import timezone

from portal.backoffice.timeline import outcome
from portal.backoffice.wording import duration
from shop.orders import faults
from shop.orders.models import Order, State
from shop.orders.waiting import STANDING_STILL, STUCK, UNANSWERED
from shop.packing import naming

register = template.Library()
register.filter("fault_text", faults.fault_text)

register.filter("step_title", naming.step_title)
register.filter("duration", duration)


@register.filter
def state_label(state: str) -> str:
    """What pages call `state`."""
    return str(State(state).label)


register.filter("outcome", outcome)


@register.filter
def waits_too_long(order: Order) -> bool:
    """Whether somebody should have seen to it by now."""
    now = timezone.now()
    patience = timedelta(minutes=settings.ALARM_AFTER_MINUTES)
    late = (*STANDING_STILL, UNANSWERED, *(replace(part, longer_than=patience) for part in STUCK))
    return any(part.holds(order, now) for part in late)
