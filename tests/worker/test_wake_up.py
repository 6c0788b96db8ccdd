from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from pytest_django import Settings

from shop.worker import tasks
from shop.worker.models import InstanceBeat
from shop.worker.table_broker import TableBroker
from shop.worker.wake_up import wake

pytestmark = pytest.mark.django_db

calls: list[str] = []


def failing(beat: tasks.Beat) -> None:
    raise ValueError("broken task")


def working(beat: tasks.Beat) -> None:
    beat()
    calls.append(beat.cluster)


def woken(broker: TableBroker) -> list[str]:
    """The clusters that the broker gives next, in order."""
    return [SignedPackage.loads(task)["args"][0] for _, task in broker.dequeue() or []]


def test_at_most_one_wake_up_waits() -> None:
    wake("packing")
    wake("packing")
    wake("messages")
    assert sorted(OrmQ.objects.values_list("key", flat=True)) == ["messages", "packing"]


def test_a_wake_up_is_one_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        wake("packing")
        wake("packing")
    assert len(queries) == 2
    assert OrmQ.objects.count() == 1


def test_a_rollback_takes_its_wake_up_along() -> None:
    with pytest.raises(ValueError, match="no"), transaction.atomic():
        wake("packing")
        raise ValueError("no")
    assert not OrmQ.objects.exists()


def test_a_wake_up_names_its_cluster_and_is_not_repeated_when_it_fails() -> None:
    wake("messages")
    task = SignedPackage.loads(OrmQ.objects.get().payload)
    assert task["cluster"] == "messages"
    assert task["ack_failure"] is True
    assert task["args"] == ("messages",)
    assert task["timeout"] == 120


def test_each_cluster_is_woken_at_the_start_and_a_second_later() -> None:
    broker = TableBroker()
    everyone = ["packing", "messages", "webhooks"]
    assert woken(broker) == everyone
    assert woken(broker) == []
    broker.ticks._last -= 1
    assert woken(broker) == everyone
    assert not OrmQ.objects.exists()


def test_a_wake_up_is_taken_once_and_does_not_hold_up_the_next() -> None:
    broker, other = TableBroker(), TableBroker()
    assert len(woken(broker)) == len(woken(other)) == 3
    wake("webhooks")
    wake("packing")
    assert sorted(woken(broker)) == ["packing", "webhooks"]
    assert woken(other) == []
    wake("packing")
    assert woken(other) == ["packing"]


def test_a_wake_up_that_a_worker_of_the_version_before_took_is_taken_again() -> None:
    broker = TableBroker()
    assert len(woken(broker)) == 3
    wake("packing")
    OrmQ.objects.update(lock=timezone.now() + timedelta(minutes=15))
    assert woken(broker) == ["packing"]


@pytest.mark.django_db(transaction=True)
def test_clusters_are_woken_while_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that raises makes no tick for ten seconds; nothing is packed then, either."""
    broker = TableBroker()

    def refuse() -> None:
        raise OperationalError("connection refused")

    connection.close()
    monkeypatch.setattr(connections["default"], "connect", refuse)
    assert woken(broker) == ["packing", "messages", "webhooks"]
    with pytest.raises(OperationalError):
        wake("packing")


def test_tasks_of_others_are_left_alone() -> None:
    broker = TableBroker()
    assert len(woken(broker)) == 3
    OrmQ.objects.create(key="others", payload="", lock=timezone.now())
    assert woken(broker) == []
    assert OrmQ.objects.get().key == "others"


def test_one_failing_drain_does_not_keep_others_from_running(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    calls.clear()
    tasks_of_packing = [f"{__name__}.failing", f"{__name__}.working"]
    settings.WORKER_CLUSTERS = {"packing": {"tasks": tasks_of_packing, "frozen_after": 5}}
    before = timezone.now()
    tasks.run_cluster("packing")
    assert calls == ["packing"]
    assert "failing failed" in caplog.text
    beat_at = InstanceBeat.objects.get(cluster="packing").beat_at
    assert beat_at >= before


def test_run_ends_quietly_while_the_database_is_away(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """A tick comes each second, and the queue would log the whole traceback of each."""
    settings.WORKER_CLUSTERS = {"packing": {"tasks": [f"{__name__}.working"]}}
    calls.clear()

    def away(execute: Callable[..., object], sql: str, *arguments: object) -> object:
        if InstanceBeat._meta.db_table in sql:
            raise OperationalError("connection refused")
        return execute(sql, *arguments)

    with connection.execute_wrapper(away):
        tasks.run_cluster("packing")
    assert (calls, caplog.text) == ([], "")
    tasks.run_cluster("packing")
    assert calls == ["packing"]


def test_a_heartbeat_is_written_at_most_once_a_second() -> None:
    beat = tasks.Beat("packing")
    beat()
    first = InstanceBeat.objects.get().beat_at
    beat()
    assert InstanceBeat.objects.get().beat_at == first
    beat.last -= 1
    beat()
    assert InstanceBeat.objects.get().beat_at != first
