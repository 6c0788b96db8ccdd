"""The schema of the database: waiting for the database, and migrating it."""

import time
from io import TextIOBase

from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import Error, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from shop.operations.error_lines import first_line
from shop.orders.checks import refuse_old_database

PAUSE = 0.5  # seconds between two tries


def wait_for_database(seconds: float) -> str:
    """Return what the database is, such as "PostgreSQL 15.4", as soon as it answers.

    Raises CommandError if it does not within `seconds`.
    """
    until = time.monotonic() + seconds
    while True:
        try:
            connection.ensure_connection()
            return database_version()
        except OperationalError as error:
            connection.close()
            if time.monotonic() >= until:
                raise CommandError(
                    f"The database does not answer: {first_line(error)}. Check DATABASE_URL, and "
                    "that the database is running."
                ) from error
        time.sleep(PAUSE)


def database_version() -> str:
    """Return the database's name and version."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
    number = connection.connection.info.parameter_status("server_version") or "?"
    return f"PostgreSQL {number.partition(' ')[0]}"


def migrate(progress: TextIOBase) -> int:
    """Apply what is pending, and return how many migrations that were.

    An upgrade, which may take minutes, writes one line for each to `progress`. Raises CommandError.
    """
    refuse_old_database()
    if newer := unknown_migrations():
        raise CommandError(
            f"A newer version of the shop has migrated this database: {', '.join(newer)} is unknown "
            "here. Set it up with that version."
        )
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        is_upgrade = bool(executor.loader.applied_migrations)
        call_command(
            "migrate", interactive=False, verbosity=int(is_upgrade and bool(plan)), stdout=progress
        )
    except Error as error:
        raise CommandError(
            f"The database could not be migrated: {first_line(error)}. Run setup again once that is "
            "mended: it goes on where it stopped."
        ) from error
    return len(plan)


def unknown_migrations() -> list[str]:
    """Return the migrations of the shop that are applied, and that this version does not have."""
    loader = MigrationExecutor(connection).loader
    ours = {
        each.label for each in apps.get_app_configs() if each.name.startswith(("shop", "portal"))
    }
    applied = MigrationRecorder(connection).applied_migrations()
    unknown = {(app, name) for app, name in applied if app in ours} - set(loader.disk_migrations)
    return [f"{app}.{name}" for app, name in sorted(unknown)]
