"""`manage.py make_orders 1000000`: orders to try the back office with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backoffice.generating import generate


class Command(BaseCommand):
    """Writes plausible orders in all states; in the demo only."""

    help = "Write plausible orders in all states, to see how the shop does with many."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--yes-really", action="store_true", help="outside the demo, too; nobody cleans up"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO and not options["yes_really"]:
            raise CommandError("These orders are made up: not outside the demo (DEMO=1).")
        for done in generate(options["number"], seed=options["seed"]):
            if done % 50_000 == 0:
                self.stdout.write(f"{done} orders")
        self.stdout.write(f"{options['number']} orders are there.")
