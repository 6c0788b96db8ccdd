"""Encryption of backups by age or GnuPG, as streams: no clear copy is written."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from shop.operations.backups.backup_file import BackupError
from shop.operations.backups.programs import input_of, output_of

AGE, GPG, CLEAR = ".age", ".gpg", ""
AGE_RECIPIENTS = ("age1", "ssh-ed25519 ", "ssh-rsa ")
AGE_MAGIC = (b"age-encryption.org/", b"-----BEGIN AGE ENCRYPTED FILE")
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257


def ending_for(recipients: Sequence[str]) -> str:
    """Return the ending of the file's name. Raises BackupError where two programs would be needed."""
    by_age = [recipient.startswith(AGE_RECIPIENTS) for recipient in recipients]
    if not by_age:
        return CLEAR
    if any(by_age) and not all(by_age):
        raise BackupError("Recipients must all be keys of age or SSH, or all keys of GnuPG.")
    return AGE if by_age[0] else GPG


@contextmanager
def encrypted(target: IO[bytes], recipients: Sequence[str]) -> Iterator[IO[bytes]]:
    """Yield the stream whose content arrives encrypted in `target`, an open file.

    Without recipients it is `target` itself. Raises BackupError with what the program says.
    """
    ending = ending_for(recipients)
    if ending == CLEAR:
        yield target
        return
    if ending == AGE:
        command = ["age", *(word for each in recipients for word in ("-r", each))]
    else:
        # The operator has imported the key: whom else they trust does not matter here.
        command = ["gpg", "--batch", "--quiet", "--trust-model", "always", "--encrypt"]
        command += [word for each in recipients for word in ("--recipient", each)]
    with input_of(command, stdout=target) as stream:
        yield stream


@contextmanager
def decrypted(path: Path, identity: Path | None) -> Iterator[IO[bytes]]:
    """Yield the clear content of the backup at `path`. Raises BackupError.

    age reads its key from `identity`; GnuPG uses its own keys.
    """
    try:
        # Without a buffer: the program reads on from where we stand.
        file = path.open("rb", buffering=0)
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        beginning = file.read(512)
        file.seek(0)
        if beginning[TAR_MAGIC_AT:].startswith(TAR_MAGIC):
            yield file
            return
        command = ["gpg", "--batch", "--quiet", "--decrypt"]
        if beginning.startswith(AGE_MAGIC):
            if identity is None:
                raise BackupError(f"{path.name} is encrypted: give --identity KEYFILE.")
            command = ["age", "--decrypt", "--identity", str(identity)]
        with output_of(command, stdin=file) as stream:
            yield stream
