"""Archive finished orders from the command line, and bring them back."""

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from shop.operations.counted_words import counted
from shop.orders.archived_order import ArchivedOrder, archived_by_number
from shop.orders.archiving import BATCH, archivable, archive, bring_back
from shop.orders.models import Order
from shop.orders.order_numbers import read_order_number

LARGEST_BATCH = 1000


class Command(BaseCommand):
    """`manage.py archive_orders --before DATE | --restore NUMBER | --restore-all`."""

    help = "Archives orders that are finished for good, or brings archived ones back as they were."
    requires_system_checks = ()  # `doctor` tells of what they find

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--before", metavar="DATE", help="archive orders last changed before this day"
        )
        what.add_argument("--restore", metavar="ORDER_NUMBER", help="bring one order back")
        what.add_argument("--restore-all", action="store_true", help="bring all orders back")
        parser.add_argument(
            "--dry-run", action="store_true", help="say how many there are, and change nothing"
        )
        parser.add_argument(
            "--batch",
            metavar="N",
            type=int,
            default=BATCH,
            help=f"orders in one transaction; default {BATCH}",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it in batches. Raises CommandError with one sentence."""
        if not 1 <= options["batch"] <= LARGEST_BATCH:
            raise CommandError(f"--batch must be from 1 to {LARGEST_BATCH}.")
        if options["restore"]:
            self._restore(options["restore"], dry_run=options["dry_run"])
        elif options["restore_all"]:
            self._restore_all(options["batch"], dry_run=options["dry_run"])
        else:
            self._archive(_day(options["before"]), options["batch"], dry_run=options["dry_run"])

    def _archive(self, before: datetime, batch: int, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write(f"{_orders(archivable(before).count())} would be archived.")
            return
        began, number = time.monotonic(), 0
        for archived in archive(before, batch=batch):
            number += archived
            if self.stdout.isatty():
                self.stdout.write(f"{_orders(number)} archived …\r", ending="")
        rate = number / max(time.monotonic() - began, 0.001)
        self.stdout.write(f"{_orders(number)} archived ({rate:.0f} a second).")

    def _restore(self, named: str, *, dry_run: bool) -> None:
        number = read_order_number(named)
        found = archived_by_number(number) if number else None
        if found is None:
            if number and Order.objects.filter(order_number=number).exists():
                self.stdout.write(f"Order {number} is not archived.")
                return
            raise CommandError(f"There is no order {named}.")
        if dry_run:
            self.stdout.write(f"Order {number} would be brought back.")
            return
        bring_back([found.pk])
        self.stdout.write(f"Order {number} is back.")

    def _restore_all(self, batch: int, *, dry_run: bool) -> None:
        archived = ArchivedOrder.objects.order_by("pk").values_list("pk", flat=True)
        if dry_run:
            self.stdout.write(f"{_orders(archived.count())} would be brought back.")
            return
        number = 0
        while pks := list(archived[:batch]):
            number += bring_back(pks, batch=batch)
        self.stdout.write(f"{counted(number, 'order is', 'orders are')} back.")


def _orders(number: int) -> str:
    return counted(number, "order", "orders")


def _day(text: str) -> datetime:
    """The beginning of a day in the shop's zone."""
    try:
        day = parse_date(text)
    except ValueError:  # well written, but there is no such day
        day = None
    if day is None:
        raise CommandError("--before must be a day, such as 2026-03-31.")
    if day > timezone.localdate():
        raise CommandError("--before must not be in the future.")
    return timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 -- made aware
