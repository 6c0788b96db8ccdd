"""Format values for the back office."""

from django.utils.translation import gettext as _


def duration(span: float | None) -> str:
    """Return `span` seconds in its two largest units, such as "3 min 20 s"; "–" for None."""
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
