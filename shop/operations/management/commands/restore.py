"""`manage.py restore FILE`: brings a backup into the database, and holds messages back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.operations.backups.backup_file import Manifest
from shop.operations.backups.failures import told_in_one_sentence
from shop.operations.backups.restores import (
    Restored,
    check_backup,
    check_fits,
    other_keys,
    restore,
    running_workers,
    tables,
)
from shop.operations.counted_words import counted

SKIPPED = 1000

LOST = {
    "SECRET_KEY": "links in mails that were sent do not work",
    "FACTOR_KEY": "second factors do not work",
}
AFTERWARDS = """
Mails and webhooks are held back: what the backup holds as unsent may have been sent since. Only new
mails for signing in leave the shop. Everybody has to sign in again.

1. Start the web servers and the workers, and look at the shop.
2. Read docs/operators/backup.md, "After a restore": what happened after {made_at} is lost.
3. List what is held back: manage.py release_messages
   Then drop what was sent before the failure, and send the rest."""


class Command(BaseCommand):
    """`manage.py restore FILE [--identity KEYFILE] [--replace [--yes]]`."""

    help = "Restores a backup into an empty database, and holds mails and webhooks back."
    requires_system_checks = ()  # they may ask the database

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", type=Path, metavar="FILE", help="the backup")
        parser.add_argument(
            "--identity", type=Path, metavar="KEYFILE", help="the secret key of age or SSH"
        )
        parser.add_argument(
            "--replace", action="store_true", help="first delete what is in the database"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask before replacing")
        parser.add_argument(
            "--skip-invoice-numbers",
            type=int,
            default=SKIPPED,
            metavar="N",
            help="leave out this many numbers, as customers may hold invoices that were issued after "
            f"the backup; default {SKIPPED}; 0 if none were issued",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError with one sentence."""
        path, identity = options["file"], options["identity"]
        if options["skip_invoice_numbers"] < 0:
            raise CommandError("--skip-invoice-numbers must not be negative.")
        with told_in_one_sentence():
            manifest = check_backup(path, identity)
            check_fits(manifest)
            self._check_target(replace=options["replace"])
            if options["replace"] and tables() and not options["yes"]:
                self._confirm()
            restored = restore(
                path,
                identity,
                manifest,
                replace=options["replace"],
                skip=options["skip_invoice_numbers"],
            )
        self._report(manifest, restored)

    def _check_target(self, *, replace: bool) -> None:
        if tables() and not replace:
            raise CommandError(
                "The database is not empty. To delete what is in it, give --replace."
            )
        if workers := running_workers():
            raise CommandError(
                f"A worker is running on this database ({workers[0]}). Stop the workers and the web "
                "servers first; after one that was killed, wait a minute."
            )

    def _confirm(self) -> None:
        host = urlsplit(settings.BASE_URL).hostname
        self.stdout.write(f"This deletes all data of {host}. Type the host name to go on: ")
        try:
            typed = input()
        except EOFError:
            typed = ""
        if typed.strip() != host:
            raise CommandError("Nothing was changed.")

    def _report(self, manifest: Manifest, restored: Restored) -> None:
        out = self.stdout
        rows = counted(sum(manifest.rows.values()), "row", "rows")
        files = counted(restored.files, "file", "files")
        out.write(f"Restored {rows} and {files} as of {manifest.made_at}.")
        if manifest.invoice_files is None:
            out.write(
                f"The backup has no files of invoices: they were left in {manifest.invoice_storage}."
            )
        for year, (first, last) in restored.skipped.items():
            out.write(
                f"Invoice numbers {year}-{first:06d} to {year}-{last:06d} are left out. "
                "Keep this sentence with your books."
            )
        for name in other_keys(manifest):
            out.write(
                f"The backup was made under another {name}: {LOST[name]} unless you put that key "
                f"into {name}_FALLBACKS."
            )
        out.write(AFTERWARDS.format(made_at=manifest.made_at))
