"""Pages of partners' applications and of the shop's health, for `tests/scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from shop.access.models import Application, CallCount
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order
from shop.orders.placing import Caller
from shop.worker.models import WorkerInstance
from tests.factories import make_application, make_order, make_staff, pack_all
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
    its versions, with a worker of the one before."""
    viewer = make_staff("viewer")
    order = make_order()
    Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timedelta(hours=1))
    yield Scene("staff-health", "/staff/health/", viewer)
    now = timezone.now()
    WorkerInstance.objects.create(
        host="worker-1", pid=812, version="1.7.0", started_at=now, seen_at=now
    )
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
