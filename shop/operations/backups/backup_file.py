"""The format of a backup: a tar file of a manifest, the database, files of invoices, and sums.

The parts come in this order, so that it can be written and read as a stream: `manifest.json`; the
database in pieces, `database.…/000000` and so on, to be put together in their order;
`invoices/YEAR/NAME`; `SHA256SUMS`, as the program `sha256sum` reads them. A file without the last
part is not whole.
"""

import hashlib
import json
import tarfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import IO, Annotated

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.utils import validate_file_name
from pydantic import StringConstraints, TypeAdapter, ValidationError

PIECE = 8 * 1024 * 1024  # bytes of the database in one part: the memory that a backup takes
LARGEST = 512 * 1024 * 1024  # bytes of a part, all of which is read at once
FORMAT = 1
MANIFEST, SUMS, INVOICES = "manifest.json", "SHA256SUMS", "invoices/"
DATABASES = {"postgresql": "database.pgdump/", "sqlite": "database.sqlite3.gz/"}


Year = Annotated[str, StringConstraints(pattern="^[0-9]{4}$")]


class BackupError(Exception):
    """A backup cannot be made or read; says why in one sentence for the operator."""


@dataclass(frozen=True)
class Manifest:
    """Facts about a backup, as its first part holds them."""

    format: int
    version: str  # of the shop
    made_at: str  # ISO 8601: what was committed before is in it
    database: str  # a key of DATABASES
    migrations: list[str]  # that were applied, such as "orders.0001_initial"
    rows: dict[str, int]  # of each table
    numbers: dict[Year, int]  # the last one of an invoice or credit note in each year
    key_fingerprints: dict[str, str]  # of SECRET_KEY, and of FACTOR_KEY if it was set
    invoice_storage: str  # the class
    invoice_files: int | None  # that the database names; None: they are not in the backup


class BackupWriter:
    """Writes the parts of a backup to a stream, and their sums at the end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.written = 0
        self.sums: list[str] = []

    def add(self, name: str, content: bytes) -> None:
        """Write a part that is called `name`."""
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = len(content), 0o600, int(time.time())
        self._write(info.tobuf(tarfile.PAX_FORMAT))
        self._write(content)
        self._fill(tarfile.BLOCKSIZE)
        self.sums.append(f"{hashlib.sha256(content).hexdigest()}  {name}\n")

    def add_manifest(self, manifest: Manifest) -> None:
        """Write the first part."""
        self.add(MANIFEST, json.dumps(asdict(manifest), indent=1).encode())

    def add_database(self, vendor: str, dump: Iterable[bytes]) -> None:
        """Write a dump in parts of one size."""
        for number, piece in enumerate(_pieces(dump)):
            self.add(f"{DATABASES[vendor]}{number:06d}", piece)

    def end(self) -> None:
        """Write the sums, and the end of the tar file."""
        self.add(SUMS, "".join(self.sums).encode())
        self._write(bytes(2 * tarfile.BLOCKSIZE))
        self._fill(tarfile.RECORDSIZE)

    def _write(self, some: bytes) -> None:
        # Not by a TarFile: dropped after an error, it would still write an end.
        self.stream.write(some)
        self.written += len(some)

    def _fill(self, size: int) -> None:
        self._write(bytes(-self.written % size))


def _pieces(dump: Iterable[bytes]) -> Iterator[bytes]:
    collected = bytearray()
    for some in dump:
        collected += some
        while len(collected) >= PIECE:
            yield bytes(collected[:PIECE])
            del collected[:PIECE]
    if collected:
        yield bytes(collected)


def parse_manifest(content: bytes) -> Manifest:
    """Return the manifest in the content of the first part. Raises BackupError."""
    try:
        found = TypeAdapter(Manifest).validate_json(content)
    except ValidationError:
        raise BackupError("The file is no backup of the shop.") from None
    if found.format != FORMAT:
        raise BackupError("The backup was made by a newer version of the shop.")
    if found.database not in DATABASES:
        raise BackupError("The file is no backup of the shop.")
    return found


def read_parts(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each part but the sums, which are checked at the end.

    Raises BackupError where the file is not whole, or is not what was written.
    """
    found: dict[str, str] = {}
    sums: dict[str, str] | None = None
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar:
            for info in tar:
                if sums is not None or info.name in found or not _is_part(info):
                    raise BackupError("The file is damaged, or no backup of the shop.")
                opened = tar.extractfile(info)
                content = opened.read() if opened else b""
                if info.name == SUMS:
                    lines = (line.partition("  ") for line in content.decode().splitlines())
                    sums = {name: digest for digest, _blank, name in lines}
                    continue
                found[info.name] = hashlib.sha256(content).hexdigest()
                yield info.name, content
    except (tarfile.TarError, EOFError, UnicodeDecodeError):
        raise BackupError("The file is damaged, or no backup of the shop.") from None
    if sums is None:
        raise BackupError("The backup is not whole: its end is missing.")
    if wrong := sorted(name for name in {*sums, *found} if sums.get(name) != found.get(name)):
        raise BackupError(f"The backup is damaged: {wrong[0]} is not what was written.")
    if list(sums) != list(found):
        raise BackupError("The backup is damaged: its parts are not in their order.")


def _is_part(info: tarfile.TarInfo) -> bool:
    """Tell if it is a file that a backup may hold: no link, not too large, and named as ours are."""
    is_ours = info.name in {MANIFEST, SUMS} or info.name.startswith((*DATABASES.values(), INVOICES))
    if not (is_ours and info.isreg() and info.size <= LARGEST):
        return False
    try:
        validate_file_name(info.name, allow_relative_path=True)
    except SuspiciousFileOperation:
        return False
    return True
