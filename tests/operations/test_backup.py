"""`manage.py backup`: what is in the file, who can read it, and what can go wrong."""

import json
import os
import resource
import stat
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import OperationalError
from pytest_django import Settings

from shop.billing.invoice_files import invoice_file
from shop.operations.models import Backup
from shop.orders.models import Order
from tests.factories import make_invoice, make_order
from tests.postgres import programs

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def places(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder for backups, and PostgreSQL's programs, which may be a wheel's."""
    settings.BACKUP_DIR, settings.BACKUP_RECIPIENT = tmp_path / "backups", []
    if connection.vendor == "postgresql":
        monkeypatch.setenv("PATH", f"{programs()}:{os.environ['PATH']}")


@pytest.fixture
def age_key(tmp_path: Path) -> tuple[Path, str]:
    """A key of age: the file with its secret, and its recipient."""
    file = tmp_path / "age.key"
    made = subprocess.run(["age-keygen", "-o", file], capture_output=True, text=True, check=True)
    return file, made.stderr.split()[-1]


@pytest.fixture
def gpg_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a key in a GnuPG of its own."""
    # A short path: that of a socket in it has a limit.
    home = Path(f"/tmp/gpg-{os.getpid()}")
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    name = "operator@shop.example"
    create = [
        "gpg",
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-generate-key",
        name,
        "future-default",
    ]
    subprocess.run(create, check=True, capture_output=True)
    yield name
    subprocess.run(["gpgconf", "--kill", "all"], check=True)
    subprocess.run(["rm", "-r", str(home)], check=True)


def backup(*arguments: str, **options: object) -> str:
    out = StringIO()
    call_command("backup", *arguments, stdout=out, stderr=out, **options)
    return out.getvalue()


def made(folder: Path) -> Path:
    """The only file in the folder."""
    (path,) = folder.iterdir()
    return path


def refused(*arguments: str, **options: object) -> str:
    with pytest.raises(CommandError) as error:
        backup(*arguments, **options)
    return str(error.value)


def test_backup_holds_database_and_invoices_and_says_what_it_is(
    tmp_path: Path, settings: Settings
) -> None:
    invoice = make_invoice()
    _name, pdf = invoice_file(invoice, "pdf")
    assert "MB, not encrypted." in backup()
    path = made(settings.BACKUP_DIR)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(path) as tar:
        names = tar.getnames()
        assert names[0] == "manifest.json"
        assert names[-1] == "SHA256SUMS"
        tar.extractall(tmp_path / "out", filter="data")
    out = tmp_path / "out"
    check = subprocess.run(
        ["sha256sum", "-c", "SHA256SUMS"], cwd=out, check=True, text=True, capture_output=True
    )
    assert check.stdout.count(": OK\n") == len(names) - 1
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["rows"]["billing_invoice"] == 1
    assert manifest["numbers"] == {invoice.number[:4]: int(invoice.number[5:])}
    assert manifest["invoice_files"] == 2
    (stored,) = (out / "invoices").rglob("*.pdf")
    assert stored.read_bytes() == pdf
    row = Backup.objects.get()
    assert (row.name, row.size, row.encrypted) == (path.name, path.stat().st_size, False)
    assert row.verified_at is None


def test_file_of_an_invoice_that_is_lost_is_told(settings: Settings) -> None:
    invoice = make_invoice()
    invoice_file(invoice, "pdf")
    settings.BACKUP_DIR.mkdir()
    location = Path(settings.INVOICE_STORAGE_OPTIONS["location"])
    (location / invoice.files.get(format="pdf").name).unlink()
    assert "1 file of an invoice is lost; a download makes a copy." in backup()


def test_backup_for_a_key_of_age_is_read_by_age_alone(
    age_key: tuple[Path, str], settings: Settings
) -> None:
    file, recipient = age_key
    settings.BACKUP_RECIPIENT = [recipient]
    assert ", encrypted." in backup()
    path = made(settings.BACKUP_DIR)
    assert path.name.endswith(".tar.age")
    assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    clear = subprocess.run(["age", "-d", "-i", file, path], capture_output=True, check=True)
    listed = subprocess.run(["tar", "-t"], input=clear.stdout, capture_output=True, check=True)
    assert listed.stdout.startswith(b"manifest.json\n")
    assert refused("--verify", str(path)) == f"{path.name} is encrypted: give --identity KEYFILE."
    assert "all" in backup("--verify", str(path), "--identity", str(file))
    assert Backup.objects.get().verified_at


def test_backup_for_a_key_of_gnupg_is_read_by_gnupg_alone(gpg_key: str, settings: Settings) -> None:
    assert ", encrypted." in backup("--recipient", gpg_key)
    path = made(settings.BACKUP_DIR)
    assert path.name.endswith(".tar.gpg")
    clear = subprocess.run(
        ["gpg", "--batch", "--quiet", "--decrypt", path], capture_output=True, check=True
    )
    listed = subprocess.run(["tar", "-t"], input=clear.stdout, capture_output=True, check=True)
    assert listed.stdout.startswith(b"manifest.json\n")
    assert "rows were restored." in backup("--verify", str(path))


def test_backup_that_is_damaged_is_not_verified(settings: Settings, tmp_path: Path) -> None:
    make_order()
    backup()
    path = made(settings.BACKUP_DIR)
    content = path.read_bytes()
    middle = len(content) // 2
    for name, damaged, sentence in (
        ("half.tar", content[:middle], "damaged, or no backup"),
        (
            "bit.tar",
            content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "is not what was written.",
        ),
        ("other.tar", b"", "gpg failed"),
    ):
        (tmp_path / name).write_bytes(damaged)
        assert sentence in refused("--verify", str(tmp_path / name))
    assert "cannot be read: No such file" in refused("--verify", str(tmp_path / "none.tar"))
    assert Backup.objects.get().verified_at is None


def test_backup_that_cannot_be_made_says_why_and_leaves_nothing(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "age failed: age: error: malformed recipient" in refused("--recipient", "age1bad")
    assert "gpg failed: gpg: nobody: skipped: No public key." in refused("--recipient", "nobody")
    assert "must all be keys of age or SSH" in refused("--recipient", "age1x", "--recipient", "me")
    assert list(settings.BACKUP_DIR.iterdir()) == []
    taken = tmp_path / "a.tar"
    taken.touch()
    assert refused("--to", str(taken)) == f"{taken} is there already."
    assert refused("--to", f"{taken}/x/below.tar") == (
        f"{taken}/x cannot be read or written: Not a directory."
    )
    assert not Backup.objects.exists()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refused("--recipient", "age1x") == (
        "age cannot be started (No such file or directory): install it."
    )


def test_disk_that_is_full_ends_in_one_sentence_and_leaves_nothing(settings: Settings) -> None:
    settings.BACKUP_DIR.mkdir()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As on a full disk, nothing can be written beyond.
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        said = refused()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    if connection.vendor == "sqlite":
        assert said.startswith("The database cannot be copied: ")
    else:
        assert said.endswith(".tar cannot be read or written: File too large.")
    assert list(settings.BACKUP_DIR.iterdir()) == []
    assert not Backup.objects.exists()


def test_only_the_backup_that_was_verified_is_noted(tmp_path: Path) -> None:
    path, kept = tmp_path / "latest.tar", tmp_path / "kept" / "latest.tar"
    kept.parent.mkdir()
    backup("--to", str(path))
    path.rename(kept)
    backup("--to", str(path))
    backup("--verify", str(kept))
    later, earlier = Backup.objects.all()
    assert earlier.verified_at
    assert later.verified_at is None


def test_keep_with_a_single_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"^--keep goes with a folder: "):
        backup("--to", str(tmp_path / "one.tar"), "--keep", "2")
    assert not Backup.objects.exists()


def test_keep_deletes_all_but_the_newest_and_nothing_else(settings: Settings) -> None:
    folder = settings.BACKUP_DIR
    folder.mkdir()
    old = ["backup-20260101T000000Z.tar.age", "backup-20260102T000000Z.tar"]
    others = ["backup-mine.tar", "notes.txt"]
    for name in (*old, *others):
        (folder / name).touch()
    said = backup("--keep", "2")
    assert said.endswith(f"Deleted {old[0]}.\n")
    left = {path.name for path in folder.iterdir()}
    assert {*others, old[1]} < left
    assert len(left) == 4


def test_backup_under_load_has_every_order_that_was_acknowledged_before(
    settings: Settings,
) -> None:
    acknowledged: list[int] = []
    over, begun = threading.Event(), threading.Event()

    def place() -> None:
        try:
            while not over.is_set():
                acknowledged.append(make_order().pk)
                begun.set()
        finally:
            connection.close()

    thread = threading.Thread(target=place)
    thread.start()
    try:
        assert begun.wait(30)
        before = list(acknowledged)
        backup()
    finally:
        over.set()
        thread.join()
    during = len(acknowledged) - len(before)
    assert during > 0  # nobody waited for the backup
    path = made(settings.BACKUP_DIR)
    assert "rows were restored." in backup("--verify", str(path))
    call_command("restore", path, replace=True, yes=True, stdout=StringIO())
    assert set(before) <= set(Order.objects.values_list("pk", flat=True))


def test_database_that_is_away_ends_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("a file is always there")
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "no_such_database")
    with pytest.raises(OperationalError):
        connection.ensure_connection()
    assert refused().startswith("The database does not answer: ")
