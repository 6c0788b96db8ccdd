"""The line about backups on staff's page of the shop's health."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.backoffice.reports.health_lines import HealthLine, Verdict, by_lag, moment
from shop.operations.models import Backup

# One a day is usual: one is missing, or two are. deploy/monitoring/rules.yml has the same limits.
LOOK, ACT = timedelta(hours=26), timedelta(hours=50)


def backup_line() -> Iterator[HealthLine]:
    """Look at the age of the last backup that `manage.py backup` made."""
    last = Backup.objects.first()
    label, advice = (
        _("Last backup"),
        _("Check the schedule that runs manage.py backup, and its log."),
    )
    if last is None:
        verdict = Verdict.FINE if settings.DEMO else Verdict.LOOK
        yield HealthLine("backup", label, verdict, _("not yet"), advice)
        return
    found = moment(last.made_at)
    if last.verified_at:
        found = _("%(when)s, verified") % {"when": found}
    verdict = by_lag(timezone.now() - last.made_at, LOOK, ACT)
    yield HealthLine("backup", label, verdict, found, advice)
