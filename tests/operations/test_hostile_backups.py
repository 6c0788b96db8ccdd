"""Backups that somebody else has made or changed: refused in one sentence, with nothing changed."""

import hashlib
import io
import json
import os
import tarfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from shop.operations.backups.backup_file import LARGEST, SUMS, BackupError
from shop.operations.backups.database_dumps import work_directory
from shop.orders.models import Order
from shop.worker.models import MessageHold
from tests.factories import make_order
from tests.postgres import programs

pytestmark = [pytest.mark.django_db(transaction=True)]

NO_BACKUP = "The file is damaged, or no backup of the shop."
Parts = list[tuple[str, bytes]]


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for backups, and PostgreSQL's programs, which may be a wheel's."""
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENT = tmp_path / "backups", []
    if connection.vendor == "postgresql":
        monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")


def parts_of_a_backup(settings: Settings) -> Parts:
    """The names and contents of a backup's parts, without the sums."""
    call_command("backup", stdout=StringIO())
    (path,) = settings.BACKUP_DIR.iterdir()
    with tarfile.open(path) as tar:
        found = [(each.name, _read(tar, each)) for each in tar]
    path.unlink()
    return [(name, content) for name, content in found if name != SUMS]


def _read(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    opened = tar.extractfile(info)
    assert opened is not None
    return opened.read()


def with_sums(parts: Parts) -> Parts:
    """The parts with sums that are right: whoever changes a backup can write those, too."""
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in parts)
    return [*parts, (SUMS, sums.encode())]


def packed(path: Path, parts: Parts, *others: tarfile.TarInfo) -> Path:
    """Write a tar file of `parts`, with the headers of `others` before the last one."""
    with tarfile.open(path, "w") as tar:
        for name, content in parts:
            for other in others if name == SUMS else ():
                tar.addfile(other)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def refused(path: Path) -> str:
    with pytest.raises(CommandError) as error:
        call_command("restore", path, replace=True, yes=True, stdout=StringIO())
    return str(error.value)


def link(name: str, to: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


def test_parts_that_no_backup_has_are_refused(settings: Settings, tmp_path: Path) -> None:
    order = make_order()
    parts = parts_of_a_backup(settings)
    path = tmp_path / "hostile.tar"
    twice = with_sums([*parts, parts[0]])
    after = [*with_sums(parts), ("invoices/2026/late.pdf", b"late")]
    for named, hostile in (
        ("up", with_sums([*parts, ("invoices/../../../up.pdf", b"up")])),
        ("absolute", with_sums([*parts, ("/tmp/absolute", b"absolute")])),
        ("other", with_sums([*parts, ("shop/settings.py", b"DEBUG = True")])),
        ("twice", twice),
        ("after the end", after),
    ):
        assert refused(packed(path, hostile)) == NO_BACKUP, named
    right = with_sums(parts)
    for header in (
        link("invoices/2026/a.pdf", "/etc/passwd"),
        link("invoices/2026/a.pdf", "../../settings", tarfile.LNKTYPE),
        link("invoices/2026/a.pdf", "", tarfile.CHRTYPE),
    ):
        assert refused(packed(path, right, header)) == NO_BACKUP, header.type
    assert Order.objects.filter(pk=order.pk).exists()
    assert not MessageHold.objects.exists()


def test_part_that_no_memory_holds_is_refused_before_it_is_read(
    settings: Settings, tmp_path: Path
) -> None:
    # A sparse file: a header alone, which stands for half a gigabyte of zeros.
    huge = tarfile.TarInfo("invoices/2026/huge.pdf")
    huge.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.size": str(LARGEST + 1)}
    path = packed(tmp_path / "hostile.tar", with_sums(parts_of_a_backup(settings)), huge)
    with tarfile.open(path) as tar:
        assert LARGEST + 1 in {info.size for info in tar}
    assert refused(path) == NO_BACKUP


def test_parts_in_another_order_are_refused(settings: Settings, tmp_path: Path) -> None:
    parts = [*parts_of_a_backup(settings), ("invoices/2026/a.pdf", b"a")]
    *_parts, sums = with_sums(parts)
    path = packed(tmp_path / "hostile.tar", [parts[0], parts[2], parts[1], *parts[3:], sums])
    assert refused(path) == "The backup is damaged: its parts are not in their order."


def test_manifest_that_no_backup_has_is_refused(settings: Settings, tmp_path: Path) -> None:
    (name, content), *others = parts_of_a_backup(settings)
    changes: tuple[dict[str, object], ...] = (
        {"database": "mysql"},
        {"database": ["sqlite"]},
        {"made_at": 5},
        {"made_at": "2026-02-31T00:00:00Z"},
        {"made_at": "'); DROP TABLE orders_order; --"},
        {"numbers": {"2026'); DROP TABLE orders_order; --": 1}},
        {"numbers": {"2026": "1); DROP TABLE orders_order; --"}},
        {"rows": None},
        {"key_fingerprints": []},
    )
    for changed in changes:
        manifest = json.dumps({**json.loads(content), **changed}).encode()
        path = packed(tmp_path / "hostile.tar", with_sums([(name, manifest), *others]))
        assert refused(path) == "The file is no backup of the shop.", changed
    for other in (b"{}", b"[]", b"null", b"\xff", b"[" * 100_000):
        path = packed(tmp_path / "hostile.tar", with_sums([(name, other), *others]))
        assert refused(path) == "The file is no backup of the shop."
    assert not MessageHold.objects.exists()


def test_database_that_is_none_leaves_ours_as_it_was(settings: Settings, tmp_path: Path) -> None:
    order = make_order()
    manifest, (name, content), *others = parts_of_a_backup(settings)
    for broken in (b"no database at all", content[: len(content) // 2]):
        parts = with_sums([manifest, (name, broken), *others])
        said = refused(packed(tmp_path / "hostile.tar", parts))
        assert said.startswith(("The database in the backup is ", "pg_restore failed: "))
        assert "\n" not in said
    assert Order.objects.filter(pk=order.pk).exists()
    assert not MessageHold.objects.exists()


def test_second_backup_or_restore_leaves_the_files_of_the_first_alone() -> None:
    with work_directory() as folder:
        snapshot = folder / "snapshot.sqlite3"
        snapshot.write_bytes(b"in use")
        with (
            pytest.raises(BackupError, match=r"^Another backup or restore is running\.$"),
            work_directory(),
        ):
            pass
        assert snapshot.read_bytes() == b"in use"
    assert not snapshot.exists()
