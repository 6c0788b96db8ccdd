"""Template filter for what a yearly price saves."""

from django import template
from django.utils.translation import gettext, ngettext

from shop.catalogue.models import Product

register = template.Library()


@register.filter
def yearly_saving(product: Product) -> str:
    """Return what a year saves over twelve months: "2 months free", "15% less", or ""."""
    monthly, yearly = product.net_cents, product.yearly_net_cents
    if not monthly or yearly is None or yearly >= 12 * monthly:
        return ""
    saved = 12 * monthly - yearly
    if saved % monthly == 0:
        months = saved // monthly
        text = ngettext("%(number)s month free", "%(number)s months free", months)
        return text % {"number": months}
    # Rounded down: what is said is never more than what is saved.
    percent = saved * 100 // (12 * monthly)
    return gettext("%(number)s%% less") % {"number": percent} if percent else ""
