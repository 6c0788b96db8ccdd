"""The metrics that processes measure and add up in rows (`shop/access/measurements.py`)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import assert_never

from prometheus_client.core import (
    CounterMetricFamily,
    HistogramMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)

from shop.access.measurements import BUCKETS, Metric, written

# Numbers and totals by labels and bucket.
Found = dict[tuple[str, ...], dict[str, tuple[int, float]]]


def measured() -> Iterator[Family]:
    """All metrics that are measured, also those of which nothing has happened yet. One query."""
    found: defaultdict[str, Found] = defaultdict(lambda: defaultdict(dict))
    for metric, labels, bucket, number, total in written():
        found[metric][labels][bucket] = (number, total)
    for metric in Metric:
        yield _family(metric, found[metric.value])


def _family(metric: Metric, found: Found) -> Family:
    match metric:
        case Metric.REQUESTS:
            text = "Time to answer a request, by route, method and class of status."
            return _histogram(metric, text, ["method", "route", "status"], found)
        case Metric.STEPS:
            text = "Time that a packing step took, by step and outcome."
            return _summary(metric, text, ["step", "outcome"], found)
        case Metric.MAILS:
            text = "Attempts to send a mail, by kind and the state that followed."
            return _counter(metric, text, ["kind", "state"], found)
        case Metric.WEBHOOKS:
            text = "Time that a webhook's call took, by outcome: delivered, or why not."
            return _histogram(metric, text, ["outcome"], found)
        case Metric.INVOICES:
            return _counter(metric, "Invoices and credit notes issued.", ["kind"], found)
        case Metric.STARTS:
            text = "Starts of processes, web or worker: each rise is a start or a restart."
            return _counter(metric, text, ["kind"], found)
        case never:
            assert_never(never)


def _counter(metric: Metric, text: str, names: list[str], found: Found) -> CounterMetricFamily:
    family = CounterMetricFamily(metric.value, text, labels=names)
    for labels, buckets in found.items():
        family.add_metric(labels, sum(number for number, _total in buckets.values()))
    return family


def _summary(metric: Metric, text: str, names: list[str], found: Found) -> SummaryMetricFamily:
    family = SummaryMetricFamily(metric.value, text, labels=names)
    for labels, buckets in found.items():
        numbers, totals = zip(*buckets.values(), strict=True)
        family.add_metric(labels, count_value=sum(numbers), sum_value=sum(totals))
    return family


def _histogram(metric: Metric, text: str, names: list[str], found: Found) -> HistogramMetricFamily:
    family = HistogramMetricFamily(metric.value, text, labels=names)
    for labels, buckets in found.items():
        # A version with other limits may have written some.
        limits = sorted({*BUCKETS, *buckets}, key=float)
        below, cumulative = 0, []
        for limit in limits:
            below += buckets.get(limit, (0, 0))[0]
            cumulative.append((limit, below))
        family.add_metric(labels, cumulative, sum(total for _number, total in buckets.values()))
    return family
