"""`/metrics` for Prometheus.

Every value is read from our rows, in nine queries: a counter in memory would only know its own
process. No label names an order, an e-mail address or a person.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

from django.conf import settings
from django.db.models import Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from shop.backlogs import backlog
from shop.health import InstanceState, cluster_beats, worker_instances
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, State
from shop.orders.order_counts import placed_by_state
from shop.packing.attempts import ATTEMPTS, LEASES_EXPIRED, failures, totals
from shop.packing.models import Packing

# States of webhooks and of messages. The number of sent ones only says how long we keep them.
UNDELIVERED = ("waiting", "sending", "failed")
UNSENT = (*UNDELIVERED, "refused")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for callers with METRICS_TOKEN; in the demo for anybody if none is set.

    401 without the token; 404 outside the demo while none is set.
    """
    if not settings.METRICS_TOKEN and not settings.DEMO:
        raise Http404
    shown = request.headers.get("Authorization", "")
    tokens = settings.METRICS_TOKEN.split(",")
    if settings.METRICS_TOKEN and not any(
        constant_time_compare(shown, f"Bearer {token}") for token in tokens
    ):
        response = HttpResponse("METRICS_TOKEN is missing.", status=401, content_type="text/plain")
        response["WWW-Authenticate"] = "Bearer"
        return response
    return HttpResponse(generate_latest(_Rows()), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Rows:
    """The collector that Prometheus' library calls."""

    def collect(self) -> Iterator[Metric]:
        yield from _orders()
        yield from _packing()
        yield from _outgoing(
            Message.objects.all(),
            UNSENT,
            ("shop_messages", "Messages that are not sent, by kind and state."),
            ("shop_oldest_due_message_seconds", "Time since the oldest unsent message was due"),
            kind=Message.Kind.values,
        )
        yield from _outgoing(
            Delivery.objects.all(),
            UNDELIVERED,
            ("shop_webhooks", "Webhooks that are not delivered, by state."),
            (
                "shop_oldest_due_webhook_seconds",
                "Time since the oldest undelivered webhook was due",
            ),
        )
        yield from _worker()


def _orders() -> Iterator[Metric]:
    by_state = GaugeMetricFamily("shop_orders", "Orders by state.", labels=["state"])
    found = placed_by_state() | {State.NEW: Order.objects.filter(state=State.NEW).count()}
    for state in State.values:
        by_state.add_metric([state], found.get(state, 0))
    yield by_state

    ready = Order.objects.filter(state=State.PENDING, complete=True)
    since = ready.aggregate(since=Min("updated_at"))["since"]
    yield GaugeMetricFamily(
        "shop_oldest_pending_order_seconds",
        "Age of the oldest complete pending order; 0 if there is none.",
        value=(timezone.now() - since).total_seconds() if since else 0,
    )


def _packing() -> Iterator[Metric]:
    counted = totals()
    yield CounterMetricFamily(
        "shop_packing_attempts", "Attempts to pack an order.", value=counted[ATTEMPTS]
    )
    failed = CounterMetricFamily(
        "shop_packing_failures", "Failed attempts by kind of error.", labels=["kind"]
    )
    for kind in Packing.ErrorKind.values:
        failed.add_metric([kind], counted[failures(kind)])
    yield failed
    yield CounterMetricFamily(
        "shop_packing_leases_expired",
        "Orders reclaimed from a worker that died or took too long.",
        value=counted[LEASES_EXPIRED],
    )


def _outgoing(
    rows: QuerySet[Any],
    states: tuple[str, ...],
    number: tuple[str, str],
    oldest: tuple[str, str],
    **labels: list[str],
) -> Iterator[Metric]:
    """The `number` of rows by `labels` and `states`, and how late the `oldest` of them is."""
    columns = [*labels, "state"]
    numbers = GaugeMetricFamily(*number, labels=columns)
    found = backlog(rows, states, *labels)
    for key in product(*labels.values(), states):
        numbers.add_metric(key, found.number(*key))
    yield numbers
    late = found.lag.total_seconds()
    yield GaugeMetricFamily(oldest[0], f"{oldest[1]}; 0 if there is none.", value=late)


def _worker() -> Iterator[Metric]:
    ages = GaugeMetricFamily(
        "shop_worker_heartbeat_age_seconds",
        "Time since a cluster's last heartbeat at any worker; infinite if there was none.",
        labels=["cluster"],
    )
    restarts = CounterMetricFamily(
        "shop_worker_restarts",
        "Clusters that supervisors replaced because they froze or died.",
        labels=["cluster"],
    )
    for beat in cluster_beats():
        cluster = beat.row.cluster
        ages.add_metric([cluster], math.inf if beat.quiet is None else beat.quiet)
        restarts.add_metric([cluster], beat.row.restarts)
    yield ages
    yield restarts
    # Not one series for each: with every restart there would be another.
    instances = GaugeMetricFamily(
        "shop_worker_instances",
        "Workers by state: running; quiet, with a cluster that does not work; lost within the hour.",
        labels=["state"],
    )
    number = Counter(state for _row, state in worker_instances())
    for state in InstanceState:
        instances.add_metric([state], number[state])
    yield instances
