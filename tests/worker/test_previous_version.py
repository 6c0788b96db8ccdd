"""Version 1.7 beside ours during an upgrade: one row per cluster, which both write and it reads."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from shop.health import cluster_beats
from shop.worker.models import Heartbeat
from shop.worker.previous_version import PreviousVersion

pytestmark = pytest.mark.django_db

# As 1.7.0 writes it.
BEAT = (
    "INSERT INTO worker_heartbeat (cluster, beat_at, restarts) VALUES (%s, %s, 0)"
    " ON CONFLICT (cluster) DO UPDATE SET beat_at = excluded.beat_at"
)


def beat_as_1_7(at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BEAT, ["packing", connection.ops.adapt_datetimefield_value(at)])


def shown() -> datetime | None:
    return Heartbeat.objects.get(cluster="packing").beat_at


def test_heartbeat_of_1_7_is_written_and_seen() -> None:
    for seconds in (60, 2):
        beat_as_1_7(timezone.now() - timedelta(seconds=seconds))
    packing = next(beat for beat in cluster_beats() if beat.row.cluster == "packing")
    assert packing.quiet == pytest.approx(2, abs=1)


def test_our_beats_keep_the_row_from_looking_old() -> None:
    now = timezone.now()
    beat_as_1_7(now - timedelta(seconds=16))
    PreviousVersion().show({"packing": now})
    assert shown() == pytest.approx(timezone.now(), abs=timedelta(seconds=5))


def test_our_beats_do_not_pass_for_those_of_its_own_cluster() -> None:
    beaten = timezone.now() - timedelta(seconds=10)
    beat_as_1_7(beaten)
    PreviousVersion().show({"packing": timezone.now()})
    assert shown() == beaten


def test_cluster_that_is_quiet_here_too_looks_so() -> None:
    beaten = timezone.now() - timedelta(seconds=30)
    beat_as_1_7(beaten)
    PreviousVersion().show({"packing": beaten})
    assert shown() == beaten
