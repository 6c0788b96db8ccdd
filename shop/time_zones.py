"""Time zones that a user may choose, in which pages show times; days of contracts stay the shop's."""

from collections import defaultdict
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings

# The regions of the IANA database; its other names are old ones, or offsets.
REGIONS = frozenset(
    {
        *("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian"),
        "Pacific",
    }
)


def zone_called(name: str) -> ZoneInfo:
    """Return the time zone of this name; the shop's for "" and for a name that is none any more."""
    return ZoneInfo(name if name in _names() else settings.TIME_ZONE)


@cache
def zones_by_region() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the choices of a select: each region with its zones, as their names and their cities."""
    regions = defaultdict(list)
    for name in sorted(_names()):
        region, _slash, city = name.partition("/")
        regions[region].append((name, city.replace("_", " ").replace("/", ", ")))
    return list(regions.items())


@cache
def _names() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if name.split("/")[0] in REGIONS)
