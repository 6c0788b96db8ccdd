"""Template filter for prices."""

from decimal import Decimal

from babel.numbers import format_currency
from django import template
from django.utils.translation import get_language, to_locale

register = template.Library()


@register.filter
def money(cents: int, currency: str = "EUR") -> str:
    """Format `cents` in the reader's language: "58,31 €" or "€58.31"."""
    locale = to_locale(get_language() or "de")
    return format_currency(Decimal(cents) / 100, currency, locale=locale)
