"""Counts for `/metrics`, in rows: several processes work, and each may be killed."""

from django.db.models import F

from shop.packing.models import Packing, Tally

ATTEMPTS = "attempts"
LEASES_EXPIRED = "leases_expired"


def count(name: str, by: int = 1) -> None:
    """Add to a tally, as the last thing of a transaction: others wait for its row meanwhile."""
    tally = Tally.objects.filter(pk=name)
    if not tally.update(total=F("total") + by):
        Tally.objects.bulk_create([Tally(name=name)], ignore_conflicts=True)
        tally.update(total=F("total") + by)


def failures(kind: str) -> str:
    """The name under which failures of a kind are counted."""
    return f"failures_{kind}"


def totals() -> dict[str, int]:
    """All tallies by their names, zero for what has not happened yet."""
    names = [ATTEMPTS, LEASES_EXPIRED, *map(failures, Packing.ErrorKind.values)]
    return dict.fromkeys(names, 0) | dict(Tally.objects.values_list("name", "total"))
