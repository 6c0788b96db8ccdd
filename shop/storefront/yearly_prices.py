"""The yearly price of a tier beside its monthly one, in words."""

from django.utils.translation import gettext, ngettext

from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.templatetags.money import money


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


def interval_choices(product: Product) -> list[tuple[str, str]]:
    """Return the intervals at which a tier with a yearly price is paid, with their net prices."""
    monthly = money(product.net_cents, product.currency)
    yearly = money(product.yearly_net_cents or 0, product.currency)
    by_month = gettext("By the month: %(price)s net") % {"price": monthly}
    by_year = gettext("By the year: %(price)s net") % {"price": yearly}
    if saving := yearly_saving(product):
        by_year = f"{by_year} ({saving})"
    return [(Interval.MONTH, by_month), (Interval.YEAR, by_year)]
