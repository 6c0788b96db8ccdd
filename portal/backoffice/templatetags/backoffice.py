"""What the back office's pages say of orders."""

from django import template
from django.db.models import Count

from portal.backoffice.timeline import outcome
from shop.orders import faults
from shop.orders.models import Order, State
from shop.packing import naming

register = template.Library()
register.filter("fault_text", faults.fault_text)

register.filter("step_title", naming.step_title)


register.filter("outcome", outcome)


@register.simple_tag
def counts(*states: str) -> list[tuple[State, int]]:
    """How many orders there are in each of `states`."""
    found = Order.objects.filter(state__in=states).order_by().values_list("state")
    numbers = dict(found.annotate(Count("pk")))
    return [(State(state), numbers.get(state, 0)) for state in states]
