"""Checks of backups, of what a restored shop holds back, and of what is kept for too long."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from portal.backoffice.reports.health_lines import HealthLine, Verdict, by_lag
from portal.backoffice.templatetags.backoffice import duration
from shop.operations.models import Backup
from shop.operations.retention_periods import PERIODS
from shop.worker.message_hold import message_hold

# One is to be made every day.
BACKUP_LOOK, BACKUP_ACT = timedelta(hours=26), timedelta(days=3)
LEFT_OVER = 1000  # rows past their period: more than come within the hour between two jobs


def backup_lines() -> Iterator[HealthLine]:
    """Look at the newest backup, at the hold after a restore, and at rows past their period."""
    yield _backup_line()
    yield _hold_line()
    yield _retention_line()


def _backup_line() -> HealthLine:
    label, advice = "Last backup", "Run manage.py backup, and have a timer do so every day."
    newest = Backup.objects.order_by("-made_at").first()
    if newest is None:
        return HealthLine("backup", label, Verdict.LOOK, "none was made here", advice)
    age = timezone.now() - newest.made_at
    notes = [f"{duration(age.total_seconds())} ago"]
    notes += [] if newest.encrypted else ["not encrypted"]
    notes += [] if newest.verified_at else ["not verified"]
    verdict = by_lag(age, BACKUP_LOOK, BACKUP_ACT)
    return HealthLine("backup", label, verdict, ", ".join(notes), advice)


def _hold_line() -> HealthLine:
    hold = message_hold()
    since = duration((timezone.now() - hold.since).total_seconds()) if hold else ""
    return HealthLine(
        "hold",
        "Held after a restore",
        Verdict.ACT if hold else Verdict.FINE,
        f"mails and webhooks, for {since}" if hold else "nothing",
        "Decide what may be said again, and let it go: manage.py release_messages.",
    )


def _retention_line() -> HealthLine:
    left = {each.what: number for each in PERIODS if (number := each.past()) > LEFT_OVER}
    return HealthLine(
        "retention",
        "Rows past their period",
        Verdict.LOOK if left else Verdict.FINE,
        "; ".join(f"{what}: {number}" for what, number in left.items()) or "deleted as they should",
        "The worker deletes them every hour: its log says why it does not.",
    )
