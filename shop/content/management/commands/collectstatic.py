"""`manage.py collectstatic`: Django's own, which also compiles the message catalogues."""

from typing import Any

from django.contrib.staticfiles.management.commands import collectstatic
from django.core.files.storage import Storage

from shop.message_catalogues import compile_catalogues


class Command(collectstatic.Command):
    help = "Collects static files and compiles the message catalogues."

    def handle(self, **options: Any) -> str | None:
        """Compile the catalogues, then collect."""
        if not options["dry_run"]:
            compile_catalogues()
        return super().handle(**options)

    def delete_file(self, path: str, prefixed_path: str, source_storage: Storage) -> bool:
        """Return whether to copy a file: Django's rule, and always where the contents differ.

        A file of a theme may be older than the one that it replaces.
        """
        if not self.dry_run and self.storage.exists(prefixed_path):
            with source_storage.open(path) as ours, self.storage.open(prefixed_path) as collected:
                differs = ours.read() != collected.read()
            if differs:
                self.storage.delete(prefixed_path)
        return bool(super().delete_file(path, prefixed_path, source_storage))
