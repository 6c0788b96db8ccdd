"""`manage.py collectstatic`: Django's own, which also compiles the message catalogues."""

from typing import Any

from django.contrib.staticfiles.management.commands import collectstatic

from shop.message_catalogues import compile_catalogues


class Command(collectstatic.Command):
    help = "Collects static files and compiles the message catalogues."

    def handle(self, **options: Any) -> str | None:
        """Compile the catalogues, then collect."""
        if not options["dry_run"]:
            compile_catalogues()
        return super().handle(**options)
