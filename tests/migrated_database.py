"""The database as the migrations make it: made once, and copied for each process and each shop.

On SQLite the file is kept until a migration changes, on PostgreSQL a database for as long as the
server of the run.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.apps import apps
from django.conf import settings

from tests.database import copy_database, database_exists

KEPT = Path(settings.BASE_DIR, ".pytest_cache", "migrated")
TEMPLATE = "migrated"
OURS = re.compile(rb"^(?:from|import) ((?:shop|portal)[\w.]+)", re.MULTILINE)


def copy_migrated_file(target: Path) -> None:
    """Copy the migrated SQLite file to `target`, and make it first if there is none."""
    file = KEPT / f"{_state_of_migrations()}.sqlite3"
    with _alone():
        if not file.exists():
            for outdated in KEPT.glob("*.sqlite3"):
                outdated.unlink()
            half = file.with_suffix(".half")
            half.unlink(missing_ok=True)
            _migrate(f"sqlite:///{half}")
            half.rename(file)
        shutil.copyfile(file, target)


def copy_migrated_database(target: str) -> None:
    """Copy the migrated PostgreSQL database to `target`, and make it first if there is none."""
    with _alone():
        if not database_exists(TEMPLATE):
            half = f"{TEMPLATE}_half"
            copy_database("template0", half)
            _migrate(os.environ["TEST_DATABASE_URL"].replace("/postgres?", f"/{half}?"))
            copy_database(half, TEMPLATE)
    copy_database(TEMPLATE, target)


def forget_migrated_file() -> None:
    """Have the next copy migrate anew."""
    shutil.rmtree(KEPT, ignore_errors=True)


def _state_of_migrations() -> str:
    """A digest of all migrations and of the modules of ours that they import."""
    found = hashlib.sha256()
    for app in apps.get_app_configs():
        for migration in sorted(Path(app.path, "migrations").glob("*.py")):
            text = migration.read_bytes()
            found.update(text)
            for name in OURS.findall(text):
                module = Path(settings.BASE_DIR, *name.decode().split(".")).with_suffix(".py")
                found.update(module.read_bytes() if module.exists() else name)
    return found.hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time run the block."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(url: str) -> None:
    manage = str(Path(settings.BASE_DIR, "manage.py"))
    variables = {**os.environ, "DJANGO_SETTINGS_MODULE": "shop.settings", "DATABASE_URL": url}
    subprocess.run([sys.executable, manage, "migrate", "-v0"], env=variables, check=True)
