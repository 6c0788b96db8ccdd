"""Pages of partners' applications and of the shop's health, for `tests/scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from shop.access.models import Application, CallCount
from shop.notifications.webhooks.models import Delivery
from shop.operations.models import Backup
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.version import version
from shop.worker.models import Heartbeat, InstanceBeat, MessageHold, WorkerInstance
from tests.factories import (
    make_application,
    make_order,
    make_staff,
    make_subscription,
    pack_all,
)
from tests.scene import SEND, Scene, fill

HOOK = "https://crew-planner.example/webhooks/orders"


def partners() -> Iterator[Scene]:
    """An application with calls, webhooks and orders: its page, its webhooks, its form."""
    chief = make_staff()
    application = busy_application()
    base = f"/staff/applications/{application.pk}/"
    failed = Delivery.objects.filter(application=application, state="failed").values_list("pk")
    yield Scene("staff-application-busy", base, chief)
    yield Scene("staff-deliveries", f"{base}deliveries/", chief)
    yield Scene("staff-deliveries-failed", f"{base}deliveries/?state=failed", chief)
    yield Scene("staff-deliveries-nothing", f"{base}deliveries/?event=invoice.paid", chief)
    yield Scene("staff-deliveries-replay", f"{base}deliveries/replay/?pk={failed[0][0]}", chief)
    yield Scene("staff-application-edit", f"{base}edit/", chief)
    yield Scene("staff-application-edit-errors", f"{base}edit/", chief, act=fill(name=""))
    away = fill(f"{SEND}", redirect_uris="https://crew-planner.example/other")
    yield Scene("staff-application-edit-confirm", f"{base}edit/", chief, act=away)


def health() -> Iterator[Scene]:
    """The shop's health, with a worker that has never run and an order that waits too long; then
    with several workers, one of the version before and one that is lost, after a restore, and a contract
    that could not be ended."""
    viewer = make_staff("viewer")
    order = make_order()
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timedelta(hours=1))
    yield Scene("staff-health", "/staff/health/", viewer)
    now = timezone.now()
    for host, number, seen_at in (
        ("worker-1.slate.example", "1.7.0", now),
        ("worker-2.slate.example", version(), now),
        ("worker-3.slate.example", version(), now - timedelta(minutes=40)),
    ):
        token = uuid4()
        WorkerInstance.objects.create(
            host=host,
            pid=812,
            version=number,
            started_at=now - timedelta(hours=2),
            seen_at=seen_at,
            token=token,
        )
        for cluster in settings.WORKER_CLUSTERS:
            InstanceBeat.objects.create(instance=token, cluster=cluster, beat_at=seen_at)
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.update_or_create(cluster=cluster, defaults={"hourly_at": now})
    MessageHold.objects.create(since=now, backup_made_at=now - timedelta(days=2))
    Backup.objects.create(
        made_at=now - timedelta(days=2), name="slate.tar.age", size=10**6, encrypted=True
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    make_subscription(ends_on=yesterday, end_retry_at=now + timedelta(minutes=20))
    yield Scene("staff-health-workers", "/staff/health/", viewer)
    yield Scene("staff-version", "/staff/version/", viewer)


def busy_application() -> Application:
    """An application of a partner who has ordered, with webhooks in each state and counted calls."""
    application = make_application("Crew Planner")
    application.oauth_client.set_redirect_uris(["https://crew-planner.example/back"])
    application.oauth_client.save()
    states = ("failed", "delivered", "waiting", "gone")
    for _state in states:
        make_order("s", Caller(application=application), redirection_uri=HOOK)
    pack_all()
    today = timezone.now()
    for place, delivery in enumerate(Delivery.objects.filter(application=application)):
        state = states[place % len(states)]
        created = today - timedelta(days=place % 6)
        Delivery.objects.filter(pk=delivery.pk).update(
            state=state, created_at=created, attempts=8 if state == "failed" else 1
        )
        failure = "" if state == "delivered" else "status"
        delivery.attempt_log.create(
            at=created,
            milliseconds=212,
            status=204 if state == "delivered" else 503,
            answer="" if state == "delivered" else "upstream connect error",
            failure=failure,
        )
    calls = (
        ("POST /api/orders", 201, 31),
        ("POST /api/orders", 422, 9),
        ("GET /api/orders", 429, 3),
    )
    for days in range(9):
        for operation, status, number in calls:
            CallCount.objects.create(
                application=application,
                day=timezone.localdate() - timedelta(days=days),
                operation=operation,
                status=status,
                number=number * (days % 4 + 1),
            )
    return application
