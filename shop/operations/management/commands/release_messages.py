"""`manage.py release_messages`: lists, drops or sends what a hold keeps back after a restore."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shop.operations.counted_words import counted
from shop.operations.held_messages import MAILS, WEBHOOKS, drop, held_messages, let_go
from shop.worker.message_hold import message_hold


class Command(BaseCommand):
    """`manage.py release_messages [--drop-due-before MOMENT [--only …]] [--send]`."""

    help = (
        "Lists the mails and webhooks that are held back after a restore, and drops or sends them."
    )
    requires_system_checks = ()  # `doctor` tells of what they find

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--drop-due-before",
            metavar="MOMENT",
            type=_moment,
            help="drop those that were due before then, such as 2026-03-31T14:00 in the shop's time "
            "zone, or 2026-03-31T12:00Z; `now` drops all",
        )
        parser.add_argument("--only", choices=[MAILS, WEBHOOKS], help="drop only these")
        parser.add_argument(
            "--send", action="store_true", help="end the hold, so that all that is left is sent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it. Raises CommandError with one sentence."""
        hold = message_hold()
        if hold is None:
            raise CommandError("No messages are held back.")
        self.stdout.write(
            f"Held back since {hold.since.isoformat(timespec='seconds')}, after a restore of "
            f"{hold.backup_made_at.isoformat(timespec='seconds')}."
        )
        if options["drop_due_before"]:
            channels = [options["only"]] if options["only"] else [MAILS, WEBHOOKS]
            number = drop(options["drop_due_before"], channels)
            self.stdout.write(f"Dropped {counted(number, 'message', 'messages')}.")
        elif options["only"]:
            raise CommandError("--only goes with --drop-due-before.")
        self._list()
        if options["send"]:
            let_go()
            self.stdout.write("The hold has ended: the workers send what is listed.")

    def _list(self) -> None:
        found = held_messages()
        for held in found:
            first, last = (
                timezone.localtime(at).isoformat(timespec="seconds")
                for at in (held.oldest, held.newest)
            )
            self.stdout.write(
                f"{held.channel:8} {held.kind:22} {held.number:6}  due {first} to {last}"
            )
        if not found:
            self.stdout.write("Nothing waits to be sent.")


def _moment(text: str) -> datetime:
    if text == "now":
        return timezone.now()
    try:
        moment = parse_datetime(text)
    except ValueError:  # well written, but there is no such moment
        moment = None
    if moment is None:
        raise ArgumentTypeError("must be a moment, such as 2026-03-31T14:00, or now")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
