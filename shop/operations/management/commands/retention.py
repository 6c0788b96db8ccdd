"""Print how long everything is kept, and how much the hourly jobs have left undone."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shop.operations.kept_rows import KEPT
from shop.operations.retention_periods import PERIODS
from shop.operations.retention_table import described


class Command(BaseCommand):
    """`manage.py retention [--markdown]`."""

    help = "Prints the retention table, with the rows that are past their period by now."
    requires_system_checks = ()  # `doctor` tells of what they find

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--markdown", action="store_true", help="as docs/operators/retention.md has it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each period: rows past it, how long it is, what is kept, the setting."""
        if options["markdown"]:
            self.stdout.write(described(PERIODS, KEPT))
            return
        self.stdout.write(f"{'past it':>9}  {'kept for':<24}what")
        for each in PERIODS:
            setting = f" ({each.setting})" if each.setting else ""
            self.stdout.write(f"{each.past():>9}  {each.length:<24}{each.what}{setting}")
        self.stdout.write(
            "The worker deletes what is past its period every hour: large numbers that stay mean "
            "that it does not run."
        )
