"""Migrations that add or remove an index of a large table without holding up those who use it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import migrations


@contextmanager
def _patience(connection: Any) -> Iterator[None]:
    """Let the block wait for locks for as long as it takes: nobody waits for it meanwhile."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        yield
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])


class AddIndexConcurrently(migrations.AddIndex):
    """Add an index; on PostgreSQL beside running writes. The migration must not be `atomic`.

    A run that was interrupted can be repeated.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Create the index, on PostgreSQL CONCURRENTLY."""
        concurrently = schema_editor.connection.vendor == "postgresql"
        model = states[-1].apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        # What an interrupted run leaves may not be valid.
        word = "CONCURRENTLY " if concurrently else ""
        options = {"concurrently": True} if concurrently else {}
        with _patience(schema_editor.connection):
            schema_editor.execute(f'DROP INDEX {word}IF EXISTS "{self.index.name}"')
            schema_editor.add_index(model, self.index, **options)


class RemoveIndexConcurrently(migrations.RemoveIndex):
    """Remove an index; on PostgreSQL beside running queries. The migration must not be `atomic`.

    Otherwise it waits for each transaction that has read the table, such as a backup, and all who
    come later wait for it. A run that was interrupted can be repeated.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        """Drop the index, on PostgreSQL CONCURRENTLY."""
        model = states[-1].apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        word = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
        with _patience(schema_editor.connection):
            schema_editor.execute(f'DROP INDEX {word}IF EXISTS "{self.name}"')
