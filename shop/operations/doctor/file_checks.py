"""Checks of files: who may read them, and those that a deployment makes of its sources."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings

from portal.backoffice.reports.health_lines import HealthLine, Verdict
from portal.backoffice.reports.worker_health import disk_line
from shop.operations.static_state import outdated_static_files

MOST_SHOWN = 3
# The settings that are secrets, or may hold one. NAME_FILE names a file with the value of NAME.
SECRETS = (
    *("SECRET_KEY", "SECRET_KEY_FALLBACKS", "FACTOR_KEY", "FACTOR_KEY_FALLBACKS"),
    *("DATABASE_URL", "EMAIL_URL", "REDIS_URL", "METRICS_TOKEN", "SENTRY_DSN"),
    "INVOICE_STORAGE_OPTIONS",
)
# Container engines and systemd keep other users out by other means.
GUARDED = ("/run/", "/var/run/")


def file_lines(environment: Mapping[str, str]) -> Iterator[HealthLine]:
    """Look at the files of this machine; `environment` names those that hold secrets."""
    yield _private_line()
    yield _secrets_line(environment)
    yield _static_line()
    yield disk_line()


def _private_line() -> HealthLine:
    directory = Path(settings.VAR_DIR)
    name = settings.DATABASES["default"]["NAME"]
    is_sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    database = [Path(f"{name}{ending}") for ending in ("", "-wal", "-shm")] if is_sqlite else []
    owner, ours = directory.stat().st_uid, os.geteuid()
    # A volume of a container belongs to root, and to our group. What is mounted here itself, only the
    # engine can change: Kubernetes opens an emptyDir to all, and keeps others out above it.
    is_volume = owner == 0 != ours
    is_mounted = is_volume and directory.is_mount()
    exposed = [
        str(path)
        for path in [*([] if is_mounted else [directory]), *database]
        if _is_open(path, 0o007 if is_volume else 0o077)
    ]
    is_foreign = owner != ours and not is_volume
    fine = f"{directory} is a volume of the container" if is_mounted else f"{directory} is private"
    found = f"open to others: {', '.join(exposed)}" if exposed else fine
    if is_foreign:
        found = f"{directory} belongs to another user than the one who runs this"
    verdict = Verdict.LOOK if is_volume else Verdict.ACT
    return HealthLine(
        "private",
        "Permissions of VAR_DIR",
        verdict if exposed or is_foreign else Verdict.FINE,
        found,
        "It holds sessions, keys and addresses. Run all processes and this command as one user, and "
        "take the permissions of all others away (chmod go=).",
    )


def _secrets_line(environment: Mapping[str, str]) -> HealthLine:
    named = {name: environment.get(name, "") for name in (f"{each}_FILE" for each in SECRETS)}
    exposed = [
        name
        for name, path in named.items()
        if path and not path.startswith(GUARDED) and _is_open(Path(path), 0o007)
    ]
    return HealthLine(
        "secrets",
        "Files with secrets",
        Verdict.LOOK if exposed else Verdict.FINE,
        f"open to all users: {', '.join(exposed)}" if exposed else "none is open to all users",
        "Only the user of the shop should be able to read them (chmod 0400).",
    )


def _static_line() -> HealthLine:
    outdated = outdated_static_files()
    more = f" and {len(outdated) - MOST_SHOWN} more" if len(outdated) > MOST_SHOWN else ""
    return HealthLine(
        "static",
        "Static files",
        Verdict.ACT if outdated else Verdict.FINE,
        f"missing or of another version: {', '.join(outdated[:MOST_SHOWN])}{more}"
        if outdated
        else "collected, of this version",
        "Run manage.py setup, then restart the web server.",
    )


def _is_open(path: Path, others: int) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & others)
