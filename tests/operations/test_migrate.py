"""`migrate` on PostgreSQL: it gives up a lock that it does not get, and tries again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO
from threading import Event

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models.signals import pre_migrate

from shop.operations.management.commands import migrate

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one lock for all"),
]

PATIENCE = 60  # seconds for another thread
TABLE = Session._meta.db_table


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for hardly any time."""
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    monkeypatch.setattr(migrate, "PAUSE", 0.05)


@contextmanager
def reader() -> Iterator[Event]:
    """Another transaction that has read the sessions, as a backup does; ends at the event."""
    has_read, may_end = Event(), Event()

    def read() -> None:
        with transaction.atomic():
            assert not Session.objects.exists()
            has_read.set()
            assert may_end.wait(PATIENCE)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(read)
        assert has_read.wait(PATIENCE)
        try:
            yield may_end
        finally:
            may_end.set()
            reading.result(PATIENCE)


class Listener(StringIO):
    """Sets an event as soon as something is said."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event

    def write(self, text: str) -> int:
        """Keep `text`, too."""
        self.event.set()
        return super().write(text)


def shown(setting: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {setting}")
        return str(cursor.fetchone()[0])


@pytest.fixture
def limited() -> Iterator[None]:
    """A database that ends long statements, as its operators wish."""
    name = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET statement_timeout = '2min'")
    connection.close()
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} RESET statement_timeout")
    connection.close()


@pytest.mark.usefixtures("limited")
def test_migrate_may_take_longer_than_other_statements() -> None:
    seen = []

    def look(**_options: object) -> None:
        seen.append(shown("statement_timeout"))

    pre_migrate.connect(look, sender=apps.get_app_config("sessions"))
    assert shown("statement_timeout") == "2min"
    call_command("migrate", verbosity=0)
    pre_migrate.disconnect(look, sender=apps.get_app_config("sessions"))
    assert (seen, shown("statement_timeout")) == (["0"], "2min")


def test_migrate_tries_again_until_readers_have_ended() -> None:
    with reader() as may_end:
        said = Listener(may_end)
        call_command("migrate", "sessions", "zero", stdout=StringIO(), stderr=said)
    assert "A table is in use. The migration is tried again.\n" in said.getvalue()
    assert TABLE not in connection.introspection.table_names()
    assert shown("lock_timeout") == "0"


def test_migrate_gives_up_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "TRIES", 2)
    with reader(), pytest.raises(CommandError, match="did not let go of a table"):
        call_command("migrate", "sessions", "zero", verbosity=0)
    assert TABLE in connection.introspection.table_names()
    assert shown("lock_timeout") == "0"
