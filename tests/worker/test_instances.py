"""Workers side by side as `/readyz`, metrics and the health page see them."""

import pytest
from django.conf import settings
from django.utils import timezone

from shop.health import InstanceState, cluster_beats, worker_instances
from shop.worker.models import Heartbeat, InstanceBeat, WorkerInstance
from tests.worker.instance_rows import SECOND, make_instance

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return {row.host: state for row, state in worker_instances()}


def test_cluster_is_as_quiet_as_the_worker_that_beat_last() -> None:
    for cluster in settings.WORKER_CLUSTERS:
        Heartbeat.objects.create(cluster=cluster)
    make_instance("a", quiet=600)
    assert all(beat.is_lost for beat in cluster_beats())
    make_instance("b", quiet=2)
    assert [beat.quiet for beat in cluster_beats()] == pytest.approx([2, 2, 2], abs=1)
    assert not any(beat.is_lost for beat in cluster_beats())


def test_worker_with_a_quiet_cluster_is_told_from_one_that_runs() -> None:
    make_instance("well")
    others = list(InstanceBeat.objects.values_list("pk", flat=True))
    make_instance("frozen")
    webhooks = InstanceBeat.objects.filter(cluster="webhooks").exclude(pk__in=others)
    webhooks.update(beat_at=timezone.now() - 121 * SECOND)
    assert states() == {"well": InstanceState.RUNNING, "frozen": InstanceState.QUIET}


def test_worker_that_has_never_beaten_is_quiet_after_a_while() -> None:
    make_instance("young", started=50)
    make_instance("old", started=200)
    InstanceBeat.objects.all().delete()
    assert states() == {"young": InstanceState.RUNNING, "old": InstanceState.QUIET}


def test_worker_that_is_not_seen_any_more_is_lost_for_an_hour() -> None:
    make_instance("well")
    make_instance("killed", seen=3500, started=4000)
    make_instance("forgotten", seen=3700, started=4000)
    assert states() == {"well": InstanceState.RUNNING, "killed": InstanceState.LOST}


def test_worker_that_was_started_again_on_its_host_is_not_lost() -> None:
    make_instance("a", seen=300, started=4000)
    make_instance("a", started=290)
    assert states() == {"a": InstanceState.RUNNING}


def test_worker_of_1_7_is_not_judged_by_beats_of_its_own() -> None:
    make_instance("a")
    WorkerInstance.objects.update(token=None)
    InstanceBeat.objects.all().delete()
    assert states() == {"a": InstanceState.RUNNING}
