"""E-mail addresses for people: domains in their own letters."""

from django import template

from shop.email_spellings import shown_email

register = template.Library()


@register.filter
def as_shown(email: str | None) -> str:
    """Return `email` as people read it; "" for none."""
    return shown_email(email) if email else ""
