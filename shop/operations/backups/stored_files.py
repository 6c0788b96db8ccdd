"""The files of invoices, in whatever storage INVOICE_STORAGE names: read and written for backups."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

from shop.operations.backups.backup_file import BackupError
from shop.operations.error_lines import first_line

PROBE = "restore-probe"


def read_file(name: str) -> bytes | None:
    """Return the content of a file; None if it is lost. Raises BackupError."""
    with _storage() as storage:
        try:
            with storage.open(name) as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            return None


def store_file(name: str, content: bytes) -> bool:
    """Store a file in place of a damaged one; False if it is there. Raises BackupError."""
    if (found := read_file(name)) == content:
        return False
    with _storage() as storage:
        if found is not None:
            storage.delete(name)
        # Rows refer to it by this name.
        if storage.save(name, ContentFile(content)) != name:
            raise BackupError(f"{name} cannot be stored under its name.")
    return True


def check_writable() -> None:
    """Store a file, and delete it. Raises BackupError."""
    with _storage() as storage:
        storage.delete(storage.save(PROBE, ContentFile(b"")))


@contextmanager
def _storage() -> Iterator[Storage]:
    try:
        yield storages["invoices"]
    except BackupError:
        raise
    except Exception as error:  # each storage raises exceptions of its own
        # The system's own errors say more, such as that the disk is full.
        if isinstance(error, OSError) and error.strerror:
            raise
        told = f"{type(error).__name__}: {first_line(error)}"
        raise BackupError(f"The storage of invoices does not answer: {told}.") from error
