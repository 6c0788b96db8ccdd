"""Two setups at once: the second waits, on one machine and on several."""

import fcntl
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from pytest_django import Settings

from shop.operations.setup.setup_lock import LOCK, database_lock, machine_lock


@pytest.mark.once
def test_second_setup_on_a_machine_waits_for_the_first() -> None:
    with Path(settings.VAR_DIR, "setup.lock").open("w") as other:
        with machine_lock(), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.once
def test_lock_of_another_user_ends_in_one_sentence(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    lock = tmp_path / "setup.lock"
    lock.mkdir()  # cannot be written, not even by root
    with pytest.raises(CommandError) as refused, machine_lock():
        pass
    assert str(refused.value) == (
        f"{lock} cannot be written: Is a directory. Delete it if it belongs to another user."
    )


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite's database is on one machine")
@pytest.mark.django_db(transaction=True)
def test_second_machine_waits_for_the_first() -> None:
    def is_free(other: "psycopg.Connection[tuple[bool]]") -> bool:
        (taken,) = other.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() or (False,)
        return bool(taken)

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        with database_lock():
            assert not is_free(other)
            connection.close()  # as `migrate` does where a table is in use
            assert not is_free(other)
        assert is_free(other)
