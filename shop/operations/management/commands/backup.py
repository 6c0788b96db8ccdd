"""`manage.py backup`: makes a backup while the shop goes on, or verifies one."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shop.operations.backups.backups import Made, delete_older, is_file, make_backup
from shop.operations.backups.failures import told_in_one_sentence
from shop.operations.backups.restore_changes import made_at
from shop.operations.backups.restores import check_backup, check_fits, verify
from shop.operations.counted_words import counted
from shop.operations.models import Backup


class Command(BaseCommand):
    """`manage.py backup [--to …] [--recipient …] [--keep N] | --verify FILE`."""

    help = "Makes a backup of the database and the files of invoices, or verifies one."
    requires_system_checks = ()  # a text or a seller that is missing never stops a backup

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--to",
            metavar="PATH",
            type=Path,
            default=settings.BACKUP_DIR,
            help="a folder, or a new file whose name ends in .tar, .tar.age or .tar.gpg",
        )
        parser.add_argument(
            "--recipient",
            action="append",
            metavar="KEY",
            help="encrypt for this public key of age, SSH or GnuPG; may be repeated",
        )
        parser.add_argument(
            "--keep",
            type=_at_least_one,
            metavar="N",
            help="afterwards delete all backups in the folder but the newest N",
        )
        parser.add_argument(
            "--without-invoice-files",
            action="store_true",
            help="leave the files of invoices out: their storage has copies of its own",
        )
        parser.add_argument("--verify", type=Path, metavar="FILE", help="verify this backup")
        parser.add_argument(
            "--identity", type=Path, metavar="KEYFILE", help="the secret key of age, to verify"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError with one sentence."""
        with told_in_one_sentence():
            if options["verify"]:
                self._verify(options["verify"], options["identity"])
                return
            if options["keep"] and is_file(options["to"]):
                raise CommandError("--keep goes with a folder: --to names a single file.")
            recipients = options["recipient"] or settings.BACKUP_RECIPIENT
            with_files = not options["without_invoice_files"]
            self._report(make_backup(options["to"], recipients, with_files=with_files))
            if options["keep"]:
                for name in delete_older(options["to"], options["keep"]):
                    self.stdout.write(f"Deleted {name}.")

    def _report(self, made: Made) -> None:
        state = "encrypted" if made.row.encrypted else "not encrypted"
        self.stdout.write(f"{made.path}: {made.row.size / 1e6:.1f} MB, {state}.")
        if made.invoice_files is None:
            self.stdout.write("The files of invoices are not in it.")
        if made.lost_files:
            self.stderr.write(
                counted(made.lost_files, "file of an invoice is", "files of invoices are")
                + " lost; a download makes a copy."
            )

    def _verify(self, path: Path, identity: Path | None) -> None:
        manifest = check_backup(path, identity)
        check_fits(manifest)
        if not verify(path, identity, manifest):
            self.stdout.write(
                "The sums are right. It was not restored: the role of DATABASE_URL may not create "
                "a database."
            )
            return
        # By the moment, too: each backup may have the same name.
        rows = Backup.objects.filter(name=path.name, made_at=made_at(manifest))
        rows.update(verified_at=timezone.now())
        self.stdout.write(
            f"{path}: the sums are right, and all {sum(manifest.rows.values())} rows were restored."
        )


def _at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError("must be a number from 1 on")
    return int(text)
