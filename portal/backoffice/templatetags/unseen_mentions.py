"""The number of mentions that the user has not seen."""

from django import template
from django.template.context import Context

from shop.orders.mentions import MOST_COUNTED, count_unseen

register = template.Library()


@register.simple_tag(takes_context=True)
def unseen_mentions(context: Context) -> str:
    """Return how many there are, "99+" for more than that, "" for none."""
    number = count_unseen(context["request"].user)
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number or "")
