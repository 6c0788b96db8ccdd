"""How the back office writes things."""

from django.utils.translation import gettext as _


def duration(span: float | None) -> str:
    """A span of so many seconds in the two largest of its units, say "3 min 20 s"."""
    if span is None:
        return "–"
    seconds = round(span)
    units = ((86_400, _("d")), (3600, _("h")), (60, _("min")), (1, _("s")))
    parts: list[str] = []
    for size, name in units:
        if seconds >= size or (size == 1 and not parts):
            parts.append(f"{seconds // size} {name}")
        seconds %= size
    return " ".join(parts[:2])
