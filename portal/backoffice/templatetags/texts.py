"""Template tag for the addresses of short texts."""

from django import template
from django.urls import reverse

from portal.backoffice.texts.text_kinds import TextKind

register = template.Library()


@register.simple_tag
def kind_url(kind: TextKind, act: str, pk: int | None = None) -> str:
    """Return the address of a row of `kind`, or of what `act` does: new, move, hide or show."""
    name = "_".join(filter(None, ("staff", act, kind.name)))
    return reverse(name, args=[] if pk is None else [pk])
