from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from pytest_django import Settings

from shop.worker import tasks
from shop.worker.models import Heartbeat
from shop.worker.wake_up import clear_queue, wake

pytestmark = pytest.mark.django_db

calls: list[str] = []


def failing(beat: tasks.Beat) -> None:
    raise ValueError("broken task")


def working(beat: tasks.Beat) -> None:
    beat()
    calls.append(beat.cluster)


def test_at_most_one_wake_up_waits() -> None:
    wake("packing")
    wake("packing")
    wake("messages")
    assert sorted(OrmQ.objects.values_list("key", flat=True)) == ["messages", "packing"]


def test_a_wake_up_that_was_taken_does_not_hold_up_the_next() -> None:
    wake("packing")
    OrmQ.objects.update(lock=timezone.now() + timedelta(minutes=15))
    wake("packing")
    assert OrmQ.objects.count() == 2


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


def test_forgetting_is_for_one_cluster() -> None:
    wake("packing")
    wake("messages")
    clear_queue("packing")
    assert OrmQ.objects.get().key == "messages"


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
    beat_at = Heartbeat.objects.get(cluster="packing").beat_at
    assert beat_at is not None
    assert beat_at >= before


def test_a_heartbeat_is_written_at_most_once_a_second() -> None:
    beat = tasks.Beat("packing")
    beat()
    first = Heartbeat.objects.get().beat_at
    beat()
    assert Heartbeat.objects.get().beat_at == first
    beat.last -= 1
    beat()
    assert Heartbeat.objects.get().beat_at != first
