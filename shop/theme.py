"""An adopter's own name, look and texts; templates have the tags (docs/look.md)."""

from django import template
from django.conf import settings
from django.utils.text import slugify

register = template.Library()


@register.simple_tag
def shop_name() -> str:
    """Return the name of the shop. Needs neither request nor database."""
    return str(settings.SHOP_NAME)


def download_name(ending: str) -> str:
    """Return the name of a file to download, which begins with the shop's: `slate-my-data.json`."""
    return f"{slugify(shop_name()) or 'shop'}-{ending}"
