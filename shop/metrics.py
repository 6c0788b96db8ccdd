"""`/metrics` for Prometheus.

Every value is read from our rows: a counter in memory would only know its own process. No label
names an order, an e-mail address or a person. Rooms on higher floors add theirs by `register`.
"""

import math
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from shop.backlogs import backlog
from shop.billing.contract_end import failed_ends
from shop.billing.models import InvoiceDispatch, Subscription
from shop.health import InstanceState, cluster_beats, order_lag, worker_instances
from shop.measured_metrics import measured
from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order, State
from shop.orders.order_counts import placed_by_state
from shop.packing.attempts import ATTEMPTS, LEASES_EXPIRED, failures, totals
from shop.packing.models import Packing
from shop.version import version

# States of webhooks and of messages. The number of sent ones only says how long we keep them.
UNDELIVERED = ("waiting", "sending", "failed")
UNSENT = (*UNDELIVERED, "refused")

_registered: list[Callable[[], Iterator[Metric]]] = []


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
        yield from _hourly_work()
        yield from _invoices()
        yield from _this_machine()
        yield from measured()
        for collect in _registered:
            yield from collect()


def register(collect: Callable[[], Iterator[Metric]]) -> None:
    """Have `/metrics` show what `collect` yields, too. Apps register in `ready`."""
    _registered.append(collect)


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
    yield GaugeMetricFamily(
        "shop_order_lag_seconds",
        "Time since the oldest order was due, first attempt or retry; 0 if none is.",
        value=order_lag().total_seconds(),
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


def _hourly_work() -> Iterator[Metric]:
    beats = [beat.row for beat in cluster_beats() if beat.row.hourly_at]
    failed = GaugeMetricFamily(
        "shop_hourly_work_failures", "Functions that failed in the last hourly work."
    )
    age = GaugeMetricFamily(
        "shop_hourly_work_age_seconds", "Time since hourly work last ended; infinite if never."
    )
    last = max((row.hourly_at for row in beats if row.hourly_at), default=None)
    failed.add_metric([], sum(len(row.hourly_failures.split()) for row in beats))
    age.add_metric([], (timezone.now() - last).total_seconds() if last else math.inf)
    yield failed
    yield age


def _invoices() -> Iterator[Metric]:
    """Waiting files, overdue invoices and failed ends, each along a partial index."""
    files = InvoiceDispatch.objects.filter(filed_at=None, next_attempt_at__isnull=False)
    found = files.aggregate(
        waiting=Count("pk", filter=Q(last_error="")),
        failing=Count("pk", filter=~Q(last_error="")),
        since=Min("invoice__issued_at"),
    )
    waiting = GaugeMetricFamily(
        "shop_invoice_files_waiting",
        "Invoices whose files are still to be made, by the outcome of the last attempt.",
        labels=["last_attempt"],
    )
    waiting.add_metric(["none"], found["waiting"])
    waiting.add_metric(["failed"], found["failing"])
    yield waiting
    yield GaugeMetricFamily(
        "shop_oldest_invoice_file_seconds",
        "Time since the oldest invoice without files was issued; 0 if there is none.",
        value=(timezone.now() - found["since"]).total_seconds() if found["since"] else 0,
    )
    overdue = InvoiceDispatch.objects.filter(overdue_told_at__isnull=False, paid_told_at=None)
    yield GaugeMetricFamily(
        "shop_invoices_overdue", "Invoices that are overdue.", value=overdue.count()
    )
    held = GaugeMetricFamily(
        "shop_subscriptions_waiting",
        "Subscriptions that get no invoice, by reason.",
        labels=["reason"],
    )
    # All reasons by name and a period to come: that is how the partial index is found.
    reasons = [reason for reason in Subscription.WaitsFor.values if reason]
    rows = Subscription.objects.filter(waits_for__in=reasons, next_period_on__isnull=False)
    numbers = dict(rows.order_by().values_list("waits_for").annotate(Count("pk")))
    for reason in reasons:
        held.add_metric([reason], numbers.get(reason, 0))
    yield held
    yield GaugeMetricFamily(
        "shop_subscriptions_end_failed",
        "Subscriptions whose end has failed and is tried again.",
        value=failed_ends().count(),
    )


def _this_machine() -> Iterator[Metric]:
    """Yield the version and the disk of the web server that answers."""
    build = GaugeMetricFamily(
        "shop_build_info", "The version of this web server; always 1.", labels=["version"]
    )
    build.add_metric([version()], 1)
    yield build
    usage = shutil.disk_usage(settings.VAR_DIR)
    for name, size in (("free", usage.free), ("size", usage.total)):
        yield GaugeMetricFamily(
            f"shop_disk_{name}_bytes", f"Disk of VAR_DIR on this web server: {name}.", value=size
        )
