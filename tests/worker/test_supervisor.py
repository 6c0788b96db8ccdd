"""The promises of the supervisor, with real processes and real kills."""

import signal
import sys
from collections import Counter

import psutil
import pytest

from shop.worker.models import Heartbeat
from tests.factories import make_order
from tests.waiting import slowness, wait_for
from tests.worker.real import beats, helpers, pool, running_worker

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

CLUSTERS = ("packing", "messages", "webhooks")


def gone(processes: list[psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    )


def running_pool(supervisor: psutil.Process) -> psutil.Process:
    found = pool(supervisor)
    assert found is not None
    return found


def names(supervisor: psutil.Process) -> Counter[str]:
    """The names of the processes below the supervisor; a worker may be at work for a cluster."""
    found = [child.name() for child in supervisor.children(recursive=True)]
    clusters = {f"shop-{cluster}": "shop-worker" for cluster in CLUSTERS}
    return Counter(clusters.get(name, name) for name in found)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets us name processes")
def test_worker_runs_in_nine_processes() -> None:
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        # The pool's three: who keeps the others alive, who fetches, and who writes down.
        wanted = {"shop-pool": 3, "shop-worker": 5}
        assert wait_for(lambda: names(supervisor) == wanted, 10), names(supervisor)


def test_a_killed_worker_process_does_not_stop_its_cluster() -> None:
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        for _ in range(3):
            helpers(supervisor)[0].kill()
            # The wake-up that was under way may still end; what comes after it counts.
            beats("packing", 2)
            assert beats("packing", 10)


def test_a_killed_cluster_is_started_again_and_counted() -> None:
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        before = Heartbeat.objects.get(cluster="packing").restarts
        orphans = helpers(supervisor)
        running_pool(supervisor).kill()
        assert wait_for(lambda: gone(orphans), 5)
        assert beats("packing", 10)
        assert Heartbeat.objects.get(cluster="packing").restarts == before + 1


def test_a_frozen_cluster_is_replaced() -> None:
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        frozen = [running_pool(supervisor), *helpers(supervisor)]
        for process in frozen:
            process.suspend()
        beats("packing", 1)
        # Longer where what froze holds the lock of the SQLite file.
        assert beats("packing", 40)
        assert gone(frozen)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends orphans for us")
def test_a_killed_supervisor_leaves_no_process_behind() -> None:
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        assert wait_for(lambda: len(supervisor.children(recursive=True)) == 8, 10)
        below = supervisor.children(recursive=True)
        supervisor.kill()
        assert wait_for(lambda: gone(below), 5)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_asked_to_end_leaves_no_process_behind(number: signal.Signals) -> None:
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        below = supervisor.children(recursive=True)
        supervisor.send_signal(number)
        assert supervisor.wait(20 * slowness()) == 0
        assert gone(below)


def test_a_cluster_that_freezes_alone_has_the_pool_replaced_and_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PACKING_STEPS", "tests.worker.steps.stall")
    with running_worker() as supervisor:
        assert all(beats(cluster, 20) for cluster in CLUSTERS)
        frozen = running_pool(supervisor)
        # One for each of the two processes that may pack; the mail goes on meanwhile.
        for number in range(2):
            make_order(user_email=f"member{number}@example.com")
        restarts = Heartbeat.objects.filter(restarts__gt=0)
        assert wait_for(restarts.exists, 30)
        assert gone([frozen])
    assert set(restarts.values_list("cluster", flat=True)) == {"packing"}
