"""Making a backup: the database and the files of invoices in one file, encrypted on the way."""

import os
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from django.utils.crypto import salted_hmac

from shop.billing.models import InvoiceFile
from shop.operations.backups.backup_file import (
    FORMAT,
    INVOICES,
    BackupError,
    BackupWriter,
    Manifest,
)
from shop.operations.backups.database_dumps import Dump, database_dump
from shop.operations.backups.encryption import encrypted, ending_for
from shop.operations.backups.stored_files import read_file
from shop.operations.models import Backup
from shop.version import version

KEYS = ("SECRET_KEY", "FACTOR_KEY")
OURS = re.compile(r"backup-\d{8}T\d{6}Z\.tar(\.age|\.gpg)?")
PARTIAL = "backup-unfinished-"
OLD = 24 * 3600  # seconds after which an unfinished file is of a backup that was killed


@dataclass(frozen=True)
class Made:
    """A backup that was made, and what the operator should know about it."""

    row: Backup
    path: Path
    invoice_files: int | None  # None: they are not in the backup
    lost_files: int  # of invoices: they are not where their rows say


def make_backup(to: Path, recipients: Sequence[str], *, with_files: bool = True) -> Made:
    """Write a backup to `to`, a folder or the path of a new file. Raises BackupError.

    `with_files`: with the files of invoices, wherever they are stored. The shop goes on meanwhile.
    Only the owner can read the file, and it gets its name only once it is complete and on the disk.
    """
    now = timezone.now()
    ending = ending_for(recipients)
    name = f"backup-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar{ending}"
    path = to if is_file(to) else to / name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            raise BackupError(f"{path} is there already.")
        _delete_unfinished(path.parent)
        # Created for its owner alone, whatever the umask.
        handle, partial = tempfile.mkstemp(prefix=PARTIAL, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                with encrypted(file, recipients) as stream:
                    files, lost = _write(BackupWriter(stream), now, with_files=with_files)
                file.flush()
                os.fsync(file.fileno())
            Path(partial).rename(path)
        finally:
            Path(partial).unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        named = error.filename or path
        raise BackupError(f"{named} cannot be read or written: {error.strerror}.") from None
    row = Backup.objects.create(
        made_at=now, name=path.name[:255], size=path.stat().st_size, encrypted=bool(recipients)
    )
    return Made(row, path, files, lost)


def is_file(path: Path) -> bool:
    """Tell if a backup at `path` would be that file, and not one in that folder."""
    return not path.is_dir() and ".tar" in path.suffixes


def delete_older(folder: Path, keep: int) -> list[str]:
    """Delete all backups in `folder` but the newest `keep`; returns their names."""
    names = sorted(path.name for path in folder.iterdir() if OURS.fullmatch(path.name))
    old = names[:-keep]
    for name in old:
        (folder / name).unlink(missing_ok=True)
    return old


def key_fingerprint(key: str) -> str:
    """Return what tells `key` from others, and gives nothing of it away."""
    return salted_hmac("shop.operations.backups", "fingerprint", key).hexdigest()[:16]


def _write(writer: BackupWriter, now: datetime, *, with_files: bool) -> tuple[int | None, int]:
    with database_dump() as dump:
        # Rows first: the file of a row that is in the dump was stored before.
        names = _file_names()
        writer.add_manifest(_manifest(dump, now, len(names) if with_files else None))
        writer.add_database(connection.vendor, dump.content)
    if not with_files:
        writer.end()
        return None, 0
    missing = []
    for name in names:
        if (content := read_file(name)) is None:
            missing.append(name)
        else:
            writer.add(f"{INVOICES}{name}", content)
    writer.end()
    # Some may have been kept long enough, and been deleted meanwhile.
    lost = {*missing} & {*_file_names()} if missing else ()
    return len(names) - len(missing), len(lost)


def _file_names() -> list[str]:
    return list(InvoiceFile.objects.order_by("pk").values_list("name", flat=True))


def _manifest(dump: Dump, now: datetime, files: int | None) -> Manifest:
    applied = MigrationRecorder.Migration.objects.order_by("app", "name")
    return Manifest(
        format=FORMAT,
        version=version(),
        made_at=now.isoformat(),
        database="sqlite" if connection.vendor == "sqlite" else "postgresql",
        migrations=[f"{app}.{name}" for app, name in applied.values_list("app", "name")],
        rows=dump.rows,
        numbers=dump.numbers,
        key_fingerprints={
            name: key_fingerprint(key) for name in KEYS if (key := getattr(settings, name))
        },
        invoice_storage=settings.STORAGES["invoices"]["BACKEND"].rpartition(".")[2],
        invoice_files=files,
    )


def _delete_unfinished(folder: Path) -> None:
    for path in folder.glob(f"{PARTIAL}*"):
        if time.time() - path.stat().st_mtime > OLD:
            path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Have the new name survive a power cut, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
