"""The examination: all checks, one after the other, whatever one of them runs into."""

import os
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.db import Error, connection

from portal.backoffice.reports.health_lines import HealthGroup, HealthLine, Verdict
from portal.backoffice.reports.work_health import billing_lines, message_lines, order_lines
from portal.backoffice.reports.worker_health import system_lines, worker_lines
from shop.operations.backup_health import backup_line
from shop.operations.doctor.database_checks import database_lines
from shop.operations.doctor.file_checks import file_lines
from shop.operations.doctor.mail_checks import mail_lines
from shop.operations.doctor.proxy_checks import proxy_lines
from shop.operations.doctor.retention_checks import retention_lines
from shop.operations.doctor.settings_checks import settings_lines
from shop.operations.doctor.site import Site
from shop.operations.doctor.site_checks import Unreachable, site_lines
from shop.operations.error_lines import first_line

Lines = Callable[[], Iterable[HealthLine]]


def examine(recipient: str = "") -> list[HealthGroup]:
    """Return the lines of all checks; a real mail goes to `recipient`, if there is one."""
    site = Site(settings.BASE_URL)
    parts: dict[str, Lines] = {
        "Settings and texts": settings_lines,
        "Files": lambda: file_lines(os.environ),
        "Database": database_lines,
        # The disk stands with the files: it is looked at without the database, too.
        "Systems": lambda: (line for line in system_lines() if line.key != "disk"),
        "Worker": worker_lines,
        "Orders": order_lines,
        "E-mails and webhooks": message_lines,
        "Invoices and files": billing_lines,
        "Backups": backup_line,
        "Retention": retention_lines,
        "Mail server": lambda: mail_lines(recipient),
        "Way in": lambda: site_lines(site),
        "Proxies": lambda: proxy_lines(site),
    }
    return [HealthGroup(label, list(guarded(label, lines))) for label, lines in parts.items()]


def guarded(label: str, lines: Lines) -> Iterator[HealthLine]:
    """Yield `lines`, and one that says so where what they look at does not answer."""
    try:
        yield from lines()
    except Error as error:
        connection.close()
        yield _unknown(
            label,
            error,
            "The database does not answer, or is not migrated. Check DATABASE_URL; manage.py setup "
            "migrates.",
        )
    except Unreachable as error:
        yield _unknown(label, error, "A file cannot be read, or a server has gone away meanwhile.")
    except Exception as error:  # noqa: BLE001 -- the other checks go on
        advice = f"The check itself fails with {type(error).__name__}. Please report it."
        yield _unknown(label, error, advice)


def _unknown(label: str, error: Exception, advice: str) -> HealthLine:
    return HealthLine(
        f"unknown-{label.split(maxsplit=1)[0].lower()}",
        label,
        Verdict.ACT,
        f"could not be checked: {first_line(error)}",
        advice,
    )
