"""Health of the worker and of the systems that the shop stands on."""

import shutil
from collections.abc import Iterator, Sequence
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.backoffice.reports.health_lines import HealthLine, Verdict, by_lag, moment
from portal.backoffice.templatetags.backoffice import duration
from shop.health import (
    ClusterBeat,
    InstanceState,
    cluster_beats,
    missing_migrations,
    redis_away,
    worker_instances,
)
from shop.version import version
from shop.worker.models import WorkerInstance

HOURLY_LOOK, HOURLY_ACT = timedelta(hours=1, minutes=20), timedelta(hours=4)
QUIET = timedelta(seconds=20)
SLOW_MS = 250  # for a question that costs the database nothing
GIGABYTE = 1024**3
LOW_SHARE, LEAST_SHARE = 0.1, 0.03  # of the disk that is free; deploy/monitoring/rules.yml too
LEAST_BYTES = GIGABYTE // 2
MOST_SHOWN = 5  # instances


def worker_lines() -> Iterator[HealthLine]:
    """Look at the worker: its clusters, where it runs, and its hourly work."""
    beats = cluster_beats()
    for beat in beats:
        yield _cluster_line(beat)
    yield _instance_line(any(not beat.is_lost for beat in beats))
    yield _hourly_line(beats)


def system_lines() -> Iterator[HealthLine]:
    """Look at the database, Redis and the disk of this machine."""
    began = monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
    milliseconds = round((monotonic() - began) * 1000)
    yield HealthLine(
        "database",
        _("Database"),
        Verdict.LOOK if milliseconds > SLOW_MS else Verdict.FINE,
        _("%(name)s, answers in %(number)s ms")
        % {"name": connection.display_name, "number": milliseconds},
        _("It is slow. Check its load and long transactions."),
    )
    missing = missing_migrations()
    yield HealthLine(
        "migrations",
        _("Migrations"),
        Verdict.ACT if missing else Verdict.FINE,
        ", ".join(missing) if missing else _("all applied"),
        _("Run manage.py migrate."),
    )
    away = redis_away()
    yield HealthLine(
        "redis",
        _("Redis"),
        Verdict.ACT if away else Verdict.FINE,
        _redis_words(away),
        _("Limits and wake-ups go through the database meanwhile. Start Redis again."),
    )
    yield disk_line()


def _cluster_line(beat: ClusterBeat) -> HealthLine:
    verdict = by_lag(timedelta(seconds=beat.quiet or 0), QUIET, timedelta.max)
    if beat.is_lost:
        verdict = Verdict.ACT
    if beat.quiet is None:
        found = _("no heartbeat yet")
    else:
        found = _("last heartbeat %(time)s ago") % {"time": duration(beat.quiet)}
    if beat.row.restarts:
        sentence = ngettext(
            "restarted %(number)s time", "restarted %(number)s times", beat.row.restarts
        )
        found = f"{found}, {sentence % {'number': beat.row.restarts}}"
    names = {"packing": _("Setup"), "messages": _("E-mails, invoices"), "webhooks": _("Webhooks")}
    return HealthLine(
        f"cluster-{beat.row.cluster}",
        names.get(beat.row.cluster, beat.row.cluster),
        verdict,
        found,
        _("The worker is not running, or it hangs. Start it again; its log says why it ended.")
        if beat.is_lost
        else _(
            "While it works, it sends a heartbeat every second. If there is none, check the worker."
        ),
    )


def _instance_line(works: bool) -> HealthLine:
    found = worker_instances()
    running = [row for row, state in found if state != InstanceState.LOST]
    quiet = [row for row, state in found if state == InstanceState.QUIET]
    lost = [row for row, state in found if state == InstanceState.LOST]
    old = [row for row in running if row.version != version()]
    verdict, advice = Verdict.LOOK, ""
    if not running and works:
        advice = _(
            "It is not known where the worker runs. If you have just stopped it, start it again. If it "
            "is of an earlier version, restart it."
        )
    elif not running:
        verdict = Verdict.ACT
        advice = _("No worker is running. Start manage.py worker.")
    elif quiet:
        advice = _(
            "%(names)s: part of the work stands still there. If it stays so, restart the worker."
        ) % {"names": _names(quiet)}
    elif lost:
        advice = _(
            "%(names)s: not seen any more, and it did not shut down. Others do its work. Check the "
            "machine; after an hour it is no longer listed."
        ) % {"names": _names(lost)}
    elif old:
        advice = _("%(names)s: not the version of the web server (%(version)s). Restart it.") % {
            "names": _names(old),
            "version": version(),
        }
    else:
        verdict = Verdict.FINE
    shown = running or lost or list(WorkerInstance.objects.order_by("-seen_at")[:1])
    return HealthLine("instances", _("Runs on"), verdict, _instances(shown) or _("unknown"), advice)


def _instances(rows: Sequence[WorkerInstance]) -> str:
    shown = "\n".join(_instance(row) for row in rows[:MOST_SHOWN])
    if len(rows) <= MOST_SHOWN:
        return shown
    return f"{shown}\n… ({_('%(number)s in all') % {'number': len(rows)}})"


def _names(rows: Sequence[WorkerInstance]) -> str:
    return ", ".join(map(str, rows[:MOST_SHOWN]))


def _instance(row: WorkerInstance) -> str:
    sentence = _("%(host)s, version %(version)s, since %(started)s, last seen %(seen)s")
    return sentence % {
        "host": str(row),
        "version": row.version,
        "started": moment(row.started_at),
        "seen": moment(row.seen_at),
    }


def _hourly_line(beats: list[ClusterBeat]) -> HealthLine:
    label = _("Last hourly work")
    runs = [(beat.row.hourly_at, beat.row.hourly_failures) for beat in beats]
    last = max(((at, failures) for at, failures in runs if at), default=None)
    if last is None:
        return HealthLine(
            "hourly",
            label,
            Verdict.LOOK,
            _("not yet"),
            _("It starts with the worker. If the worker runs, look again in a few minutes."),
        )
    ended, failures = last
    verdict = by_lag(timezone.now() - ended, HOURLY_LOOK, HOURLY_ACT)
    advice = _("It has not finished for more than an hour. The worker's log says why.")
    found = moment(ended)
    if failed := failures.split():
        verdict = max(verdict, Verdict.LOOK, key=list(Verdict).index)
        names = ", ".join(path.rpartition(".")[2] for path in failed)
        found = _("%(when)s; failed: %(names)s") % {"when": found, "names": names}
        advice = _("The log names the errors. What failed is tried again every hour.")
    return HealthLine("hourly", label, verdict, found, advice)


def disk_line() -> HealthLine:
    """Look at the disk of VAR_DIR. Needs no database."""
    usage = shutil.disk_usage(settings.VAR_DIR)
    share = usage.free / usage.total
    verdict = Verdict.LOOK if share < LOW_SHARE else Verdict.FINE
    if share < LEAST_SHARE or usage.free < LEAST_BYTES:
        verdict = Verdict.ACT
    return HealthLine(
        "disk",
        _("Disk of this web server"),
        verdict,
        _("%(free)s GB free of %(total)s GB")
        % {
            "free": number_format(usage.free / GIGABYTE, 1),
            "total": number_format(usage.total / GIGABYTE, 0),
        },
        _("Free up disk space before the shop can no longer write data."),
    )


def _redis_words(away: list[str]) -> str:
    if not settings.REDIS_URL:
        return _("not used")
    return away[0] if away else _("answers")
