"""Deliveries know the application of their order, also those that the version before writes."""

import pytest
from django.db import connection
from django.utils import timezone

from shop.notifications.webhooks import delivery_applications
from shop.notifications.webhooks.delivery_applications import fill_new_deliveries
from shop.notifications.webhooks.endpoints import register
from shop.notifications.webhooks.models import Delivery
from tests.factories import make_application
from tests.notifications.receiver import make_order_for

pytestmark = pytest.mark.django_db

URI = "https://partner.example/"


def test_new_deliveries_have_their_orders_application() -> None:
    application = make_application()
    fields = {"url": "https://partner.example/all", "events": ["order.*"]}
    register(application, fields)
    make_order_for(URI, application)
    make_order_for(URI, make_application("Bystander"))
    found = Delivery.objects.order_by("pk").values_list("application__name", "endpoint__url")
    assert sorted(found, key=str) == [
        ("Bystander", None),
        ("Partner", "https://partner.example/all"),
        ("Partner", None),
    ]


def test_deliveries_of_the_version_before_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery_applications, "BATCH", 2)
    applications = [make_application(name) for name in ("First", "Second", "Third")]
    for application in applications:
        make_order_for(URI, application)
    kept, *emptied = Delivery.objects.order_by("pk")
    Delivery.objects.exclude(pk=kept.pk).update(application=None)
    beats: list[int] = []
    fill_new_deliveries(lambda: beats.append(1))
    assert [each.application_id for each in Delivery.objects.order_by("pk")] == [
        each.pk for each in applications
    ]
    assert (len(emptied), len(beats)) == (2, 2)  # one at the start, one for the batch


def test_lists_of_an_application_read_a_range_of_an_index() -> None:
    rows = Delivery.objects.filter(
        application=1, state="failed", created_at__gte=timezone.now()
    ).order_by("-created_at", "-pk")[:50]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("SET LOCAL enable_sort = off")
    plan = rows.explain()
    assert "delivery_of_application" in plan
    assert "SORT" not in plan.upper().replace("SORT KEY", "")
