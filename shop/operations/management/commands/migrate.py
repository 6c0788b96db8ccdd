"""`manage.py migrate`: Django's own, which on PostgreSQL waits for no lock while others wait for it."""

import time
from typing import Any

from django.core.management import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import DeadlockDetected, LockNotAvailable

# Much shorter than the `deadlock_timeout` of a second: of two transactions that wait for each other
# nearly always this one ends, and not an order's.
LOCK_TIMEOUT = "200ms"
PAUSE = 2.0  # seconds in which those who wait get their turn
TRIES = 200  # about ten minutes, beside what the migrations take
BLOCKED = (
    "Other transactions did not let go of a table for {:.0f} minutes. End them, such as a backup, and "
    "run migrate again: it goes on where it stopped."
)


class Command(migrate.Command):
    help = f"{migrate.Command.help} On PostgreSQL gives up a lock that it does not get, and tries again."

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate. Raises CommandError if a table stays locked."""
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            super().handle(*args, **options)
            return
        began = time.monotonic()
        for _try in range(TRIES):
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'; SET statement_timeout = 0")
            try:
                super().handle(*args, **options)
            except OperationalError as error:
                # A migration that fails at its end leaves the transaction open.
                connection.close()
                connection.connect()
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
            else:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout; RESET statement_timeout")
                return
            if options["verbosity"]:
                self.stderr.write("A table is in use. The migration is tried again.")
            time.sleep(PAUSE)
        raise CommandError(BLOCKED.format((time.monotonic() - began) / 60))
