"""Counters for `/metrics`, kept in rows: several processes count, and each may be killed."""

from django.db.models import F

from shop.packing.models import Counter, Packing

ATTEMPTS = "attempts"
LEASES_EXPIRED = "leases_expired"


def count(name: str, by: int = 1) -> None:
    """Add to a counter. Call it last in a transaction: others wait for its row meanwhile."""
    counter = Counter.objects.filter(pk=name)
    if not counter.update(total=F("total") + by):
        Counter.objects.bulk_create([Counter(name=name)], ignore_conflicts=True)
        counter.update(total=F("total") + by)


def failures(kind: str) -> str:
    """The name of the counter of failures of a kind."""
    return f"failures_{kind}"


def totals() -> dict[str, int]:
    """All counters by name; zero for what has not happened yet."""
    names = [ATTEMPTS, LEASES_EXPIRED, *map(failures, Packing.ErrorKind.values)]
    return dict.fromkeys(names, 0) | dict(Counter.objects.values_list("name", "total"))
