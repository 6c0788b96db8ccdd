"""What the back office's pages say of orders."""

from django import template
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from shop.orders import faults
from shop.orders.models import Order, State
from shop.orders.wording import DETAILS

register = template.Library()
register.filter("fault_text", faults.fault_text)

STEPS = {
    "client": _("Client"),
    "project": _("Project"),
    "member": _("First member"),
    "invitation": _("Invitation"),
}


@register.filter
def step_title(name: str) -> str:
    """What a step of packing is called; a deployment's own steps go by their names."""
    return str(STEPS.get(name, name))


@register.filter
def details(note: str) -> str:
    """The members named in the note of "details filled in", as forms call them."""
    return ", ".join(str(DETAILS.get(name, (name,))[0]) for name in note.split(", "))


@register.simple_tag
def counts(*states: str) -> list[tuple[State, int]]:
    """How many orders there are in each of `states`."""
    found = Order.objects.filter(state__in=states).order_by().values_list("state")
    numbers = dict(found.annotate(Count("pk")))
    return [(State(state), numbers.get(state, 0)) for state in states]
