"""Backups of invoices' files that lie in another storage than a folder, such as S3."""

import os
import tarfile
from io import StringIO
from pathlib import Path
from typing import IO, Any

import pytest
from django.core.files.storage import InMemoryStorage, storages
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from shop.billing.invoice_files import invoice_file
from shop.operations.backups.stored_files import PROBE
from shop.operations.models import Backup
from shop.orders.models import Order
from tests.billing.test_invoice_files import use_storage
from tests.factories import make_invoice, make_order
from tests.postgres import programs

pytestmark = [pytest.mark.django_db(transaction=True)]
MEMORY = "django.core.files.storage.InMemoryStorage"
AWAY = "tests.billing.test_invoice_files.AwayStorage"
SAYS_AWAY = "The storage of invoices does not answer: ConnectionError: the bucket is away."


class FailingStorage(InMemoryStorage):
    """A storage that fails once there is more to store than a probe."""

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        if name != PROBE:
            raise ConnectionError("the bucket is away")
        return super().save(name, content, max_length)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for backups, and PostgreSQL's programs, which may be a wheel's."""
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENT = tmp_path / "backups", []
    if connection.vendor == "postgresql":
        monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")


@pytest.fixture
def files(settings: Settings) -> dict[str, bytes]:
    """The files of an invoice, in a storage that is no folder, by their names there."""
    use_storage(settings, MEMORY)
    invoice = make_invoice()
    contents = {each: invoice_file(invoice, each)[1] for each in ("pdf", "xml")}
    return {file.name: contents[file.format] for file in invoice.files.all()}


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=out)  # type: ignore[arg-type]
    return out.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as error:
        run(*arguments)
    return str(error.value)


def made(settings: Settings) -> Path:
    (path,) = settings.BACKUP_DIR.iterdir()
    return Path(path)


def stored() -> dict[str, bytes]:
    """The files that the storage holds, by name."""
    storage = storages["invoices"]
    assert storage.listdir("")[1] == []  # no probe is left
    names = [
        f"{year}/{name}" for year in storage.listdir("")[0] for name in storage.listdir(year)[1]
    ]
    return {name: storage.open(name).read() for name in names}


def test_files_are_in_the_backup_and_come_back(files: dict[str, bytes], settings: Settings) -> None:
    assert stored() == files
    run("backup")
    path = made(settings)
    with tarfile.open(path) as tar:
        assert {f"invoices/{name}" for name in files} < {*tar.getnames()}
    assert " and 0 files as of " in run("restore", path, "--replace", "--yes")
    for name in files:
        storages["invoices"].delete(name)
    assert stored() == {}
    assert " and 2 files as of " in run("restore", path, "--replace", "--yes")
    assert stored() == files


def test_files_can_be_left_out(files: dict[str, bytes], settings: Settings) -> None:
    assert "The files of invoices are not in it." in run("backup", "--without-invoice-files")
    path = made(settings)
    with tarfile.open(path) as tar:
        assert not [name for name in tar.getnames() if name.startswith("invoices/")]
    said = run("restore", path, "--replace", "--yes")
    assert "The backup has no files of invoices: they were left in InMemoryStorage." in said
    assert stored() == files


def test_storage_that_does_not_answer_ends_a_backup_in_one_sentence(
    files: dict[str, bytes], settings: Settings
) -> None:
    use_storage(settings, AWAY)
    assert refused("backup") == SAYS_AWAY
    assert list(settings.BACKUP_DIR.iterdir()) == []
    assert not Backup.objects.exists()


def test_storage_that_does_not_answer_ends_a_restore_before_anything_changes(
    files: dict[str, bytes], settings: Settings
) -> None:
    run("backup")
    order = make_order()
    use_storage(settings, AWAY)
    assert refused("restore", made(settings), "--replace", "--yes") == SAYS_AWAY
    assert Order.objects.filter(pk=order.pk).exists()


def test_storage_that_fails_during_a_restore_can_be_filled_by_another(
    files: dict[str, bytes], settings: Settings
) -> None:
    run("backup")
    path = made(settings)
    use_storage(settings, f"{__name__}.FailingStorage")
    assert refused("restore", path, "--replace", "--yes") == (
        f"The database is restored, but not all files of invoices are. {SAYS_AWAY} Mend that, "
        "and run the command again with --replace."
    )
    use_storage(settings, MEMORY)
    assert stored() == {}
    run("restore", path, "--replace", "--yes")
    assert stored() == files
