"""The check of what is kept for too long."""

from collections.abc import Iterator

from portal.backoffice.reports.health_lines import HealthLine, Verdict
from shop.operations.retention_periods import PERIODS

LEFT_OVER = 1000  # rows past their period: more than come within the hour between two jobs


def retention_lines() -> Iterator[HealthLine]:
    """Look at rows past their period."""
    left = {each.what: number for each in PERIODS if (number := each.past()) > LEFT_OVER}
    yield HealthLine(
        "retention",
        "Rows past their period",
        Verdict.LOOK if left else Verdict.FINE,
        "; ".join(f"{what}: {number}" for what, number in left.items()) or "deleted as they should",
        "The worker deletes them every hour: its log says why it does not.",
    )
