"""`/metrics`: what Prometheus reads, who may, and that it tells no secret."""

import math
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.models import Order
from shop.packing.models import Packing
from shop.worker.models import Heartbeat
from tests.factories import make_bare_order, make_order, pack_all
from tests.notifications.receiver import make_order_for
from tests.pages import Response
from tests.worker.instance_rows import make_instance

pytestmark = pytest.mark.django_db

TOKEN = "a-token-for-these-tests-alone"
Samples = dict[tuple[str, ...], float]


def scrape() -> Samples:
    """The values, by name and labels."""
    text = Client().get("/metrics").content.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(**headers: str) -> Response:
    return Client().get("/metrics", headers=headers)


def test_orders_are_counted_by_state() -> None:
    make_bare_order("s")
    make_order()
    make_order("xl")
    pack_all()
    found = scrape()
    assert {key[1]: value for key, value in found.items() if key[0] == "shop_orders"} == {
        "new": 0,
        "pending": 1,
        "packing": 0,
        "packed": 1,
        "has_packing_errors": 0,
        "need_human": 1,
        "cancelled": 0,
    }


def test_oldest_pending_order_is_one_that_could_be_packed(stopped_clock: datetime) -> None:
    hour_ago = stopped_clock - timedelta(hours=1)
    make_bare_order("s")
    Order.objects.update(updated_at=hour_ago - timedelta(days=1))
    assert scrape()["shop_oldest_pending_order_seconds",] == 0
    Order.objects.filter(pk=make_order().pk).update(updated_at=hour_ago)
    make_order()
    assert scrape()["shop_oldest_pending_order_seconds",] == 3600


def test_attempts_failures_and_lost_leases_are_counted(settings: Settings) -> None:
    settings.PACKING_STEPS = ["shop.packing.steps.client", "tests.packing.steps.fail"]
    make_order()
    make_order(client_name="lucky")
    pack_all()
    order = make_order()
    Order.objects.filter(pk=order.pk).update(state="packing")
    over = timezone.now() - timedelta(seconds=1)
    Packing.objects.create(order=order, attempts=1, lease_until=over, last_step="client")
    pack_all()
    found = scrape()
    assert found["shop_packing_attempts_total",] == 2
    assert found["shop_packing_failures_total", "bug"] == 1
    assert found["shop_packing_failures_total", "passing"] == 1
    assert found["shop_packing_failures_total", "person"] == 0
    assert found["shop_packing_leases_expired_total",] == 1


def test_messages_that_are_not_sent_are_counted_by_kind_and_state() -> None:
    make_order()
    make_order()
    Message.objects.filter(pk=Message.objects.earliest("pk").pk).update(state="failed")
    found = {key[1:]: value for key, value in scrape().items() if key[0] == "shop_messages"}
    assert found["received", "waiting"] == 1
    assert found["received", "failed"] == 1
    assert found["invitation", "waiting"] == 0
    assert ("received", "sent") not in found


def test_webhooks_that_are_not_delivered_are_counted_by_state() -> None:
    for _ in range(3):
        make_order_for("https://partner.example/")
    Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(state="failed")
    Delivery.objects.filter(pk=Delivery.objects.latest("pk").pk).update(state="delivered")
    found = {key[1]: value for key, value in scrape().items() if key[0] == "shop_webhooks"}
    assert found == {"waiting": 1, "sending": 0, "failed": 1}


@pytest.mark.usefixtures("stopped_clock")
def test_oldest_due_mail_and_webhook_are_shown_by_their_age() -> None:
    make_order_for("https://partner.example/")
    names = ("shop_oldest_due_message_seconds", "shop_oldest_due_webhook_seconds")
    for model in (Message, Delivery):
        model.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    assert [scrape()[name,] for name in names] == [0, 0]
    Message.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    Delivery.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=2))
    assert [scrape()[name,] for name in names] == [60, 120]
    Delivery.objects.update(state="sending")
    assert scrape()["shop_oldest_due_webhook_seconds",] == 0


def test_worker_is_shown_by_cluster(settings: Settings, stopped_clock: datetime) -> None:
    beat_at = stopped_clock - timedelta(seconds=7)
    Heartbeat.objects.create(cluster="packing", beat_at=beat_at, restarts=3)
    found = scrape()
    assert found["shop_worker_heartbeat_age_seconds", "packing"] == 7
    assert found["shop_worker_heartbeat_age_seconds", "messages"] == math.inf
    assert found["shop_worker_restarts_total", "packing"] == 3
    assert found["shop_worker_restarts_total", "messages"] == 0
    clusters = {key[1] for key in found if key[0] == "shop_worker_restarts_total"}
    assert clusters == set(settings.WORKER_CLUSTERS)


def test_workers_are_counted_by_state() -> None:
    make_instance("a")
    make_instance("b", quiet=300)
    make_instance("c", seen=300, started=4000)
    found = scrape()
    states = ("running", "quiet", "lost")
    assert [found["shop_worker_instances", state] for state in states] == [1, 1, 1]


def test_scrape_costs_20_queries_and_reads_no_finished_order(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_order()
    with django_assert_num_queries(20) as queries:
        answer = ask()
    assert 'state="pending"' in answer.content.decode()
    asked = [each["sql"] for each in queries.captured_queries]
    of_orders = [sql for sql in asked if 'FROM "orders_order" ' in sql]
    assert len(of_orders) == 3
    assert all(re.search(r'"state" = \'?(new|pending)\b', sql) for sql in of_orders)


def test_archived_orders_are_counted_along_an_index_alone() -> None:
    with CaptureQueriesContext(connection) as queries:
        ask()
    (sql,) = [each["sql"] for each in queries if 'FROM "orders_archivedorder"' in each["sql"]]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            wanted = "USING COVERING INDEX archived_placed"
        else:
            cursor.execute("SET LOCAL enable_seqscan = off")  # there are no rows
            cursor.execute(f"EXPLAIN {sql}")
            wanted = "Index Only Scan using archived_placed"
        assert any(wanted in line[-1] for line in cursor.fetchall())


def test_no_hash_no_address_and_no_name_is_told() -> None:
    before = ask().content.decode()
    order = make_order(user_login="custy")
    pack_all()
    text = ask().content.decode()
    assert text != before  # the order is counted
    for secret in (order.order_hash, "@", "Constantin", "custy"):
        assert secret not in text


def test_answer_is_prometheus_text_that_nobody_keeps() -> None:
    answer = ask()
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]


def test_metrics_are_open_in_the_demo_unless_a_token_is_set(settings: Settings) -> None:
    assert ask().status_code == 200
    settings.METRICS_TOKEN = TOKEN
    assert ask().status_code == 401


@pytest.mark.parametrize("demo", [True, False])
def test_token_opens_the_metrics(settings: Settings, demo: bool) -> None:
    settings.DEMO = demo
    settings.METRICS_TOKEN = TOKEN
    assert ask(authorization=f"Bearer {TOKEN}").status_code == 200
    wrong = ("", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ä")
    for shown in wrong:
        answer = ask(authorization=shown)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert b"shop_" not in answer.content


def test_both_tokens_open_the_metrics_during_a_rotation(settings: Settings) -> None:
    settings.METRICS_TOKEN = f"{TOKEN},another-token-of-the-rotation"
    for token in settings.METRICS_TOKEN.split(","):
        assert ask(authorization=f"Bearer {token}").status_code == 200
    assert ask(authorization=f"Bearer {settings.METRICS_TOKEN}").status_code == 401


def test_outside_the_demo_there_are_none_without_a_token(settings: Settings) -> None:
    settings.DEMO = False
    assert ask().status_code == 404
    assert ask(authorization="Bearer ").status_code == 404


def test_metrics_are_only_read() -> None:
    assert Client().post("/metrics").status_code == 405
