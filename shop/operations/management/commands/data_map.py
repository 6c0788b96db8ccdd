"""Print the data map."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import override

from shop.operations.data_map import described
from shop.operations.personal_columns import PERSONAL_DATA


class Command(BaseCommand):
    """`manage.py data_map`."""

    help = "Prints what the database holds about people: where, what for, and for how long."
    requires_system_checks = ()  # `doctor` tells of what they find

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table in Markdown, as docs/operators/privacy.md has it."""
        with override("en"):
            self.stdout.write(described(PERSONAL_DATA))
