"""Numbers for `/metrics` that no other row tells: requests, steps, mails and webhooks by outcome.

They are counted in memory and written behind (`write_behind.py`). The rows add up all processes of
all machines, so any web server shows the same, and a restart takes nothing away.
"""

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum

from django.db import connection

from shop.access.models import Measurement
from shop.access.outages import Outage
from shop.access.write_behind import WriteBehind

# Upper limits of a histogram's buckets, in seconds, as Prometheus writes them; the last is "+Inf".
LIMITS = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BUCKETS = (*map(str, LIMITS), "+Inf")

# One statement in every database: several processes add to a row at once.
ADD = """
    INSERT INTO access_measurement AS kept (metric, labels, bucket, number, total)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (metric, labels, bucket)
    DO UPDATE SET number = kept.number + excluded.number, total = kept.total + excluded.total
"""


class Metric(StrEnum):
    """The metrics that are measured so; `shop/measured_metrics.py` describes them."""

    REQUESTS = "shop_http_request_duration_seconds"
    STEPS = "shop_packing_step_duration_seconds"
    MAILS = "shop_mail_attempts"
    WEBHOOKS = "shop_webhook_duration_seconds"
    INVOICES = "shop_invoices_issued"
    STARTS = "shop_process_starts"


# Metric, labels and bucket.
Key = tuple[str, tuple[str, ...], str]


class Measurements(WriteBehind[Key]):
    """The numbers that this process has counted and not written yet."""

    table = Outage("The table of measurements", "Metrics are counted in memory meanwhile.")

    def store(self, rows: Sequence[tuple[Key, list[float]]]) -> None:
        """Add the numbers to their rows. Raises Error."""
        with connection.cursor() as cursor:
            cursor.executemany(
                ADD,
                [
                    (metric, "\n".join(labels), bucket, number, total)
                    for (metric, labels, bucket), [number, total] in rows
                ],
            )


measurements = Measurements()


def count(metric: Metric, *labels: str) -> None:
    """Count one event of `metric`, with the values of its labels."""
    measurements.add((metric.value, labels, ""), 1, 0)


def observe(metric: Metric, seconds: float, *labels: str) -> None:
    """Note that something of `metric` took `seconds`, with the values of its labels."""
    bucket = BUCKETS[bisect_left(LIMITS, seconds)]
    measurements.add((metric.value, labels, bucket), 1, seconds)


def count_start(kind: str) -> None:
    """Count the start of a process, "web" or "worker"."""
    count(Metric.STARTS, kind)


def written() -> list[tuple[str, tuple[str, ...], str, int, float]]:
    """Return metric, labels, bucket, number and total of each row, in this order. One query."""
    rows = Measurement.objects.order_by("metric", "labels")
    found = rows.values_list("metric", "labels", "bucket", "number", "total")
    return [
        (metric, tuple(labels.split("\n")), bucket, number, total)
        for metric, labels, bucket, number, total in found
    ]
