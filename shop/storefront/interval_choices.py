"""The intervals at which a tier is paid, to choose from."""

from django.utils.translation import gettext

from shop.catalogue.intervals import Interval
from shop.catalogue.models import Product
from shop.catalogue.templatetags.money import money
from shop.catalogue.templatetags.yearly_price import yearly_saving


def interval_choices(product: Product) -> list[tuple[str, str]]:
    """Return the intervals of a tier with a yearly price, with their net prices; month is first."""
    monthly = money(product.net_cents, product.currency)
    yearly = money(product.yearly_net_cents or 0, product.currency)
    by_month = gettext("By the month: %(price)s net") % {"price": monthly}
    by_year = gettext("By the year: %(price)s net") % {"price": yearly}
    if saving := yearly_saving(product):
        by_year = f"{by_year} ({saving})"
    return [(Interval.MONTH, by_month), (Interval.YEAR, by_year)]
