"""Two setups at once: the second waits, on one machine and on several."""

import fcntl
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from shop.operations.setup.setup_lock import LOCK, database_lock, machine_lock

on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="SQLite's database is on one machine"
)


class Output(StringIO):
    """The output of a setup; where it says that it waits, the other one ends."""

    def __init__(self, end_the_other: Callable[[], object]) -> None:
        super().__init__()
        self.end_the_other = end_the_other

    def write(self, text: str) -> int:
        if text.startswith("Waiting:"):
            self.end_the_other()
        return super().write(text)


def not_told(where: str) -> None:
    raise AssertionError(where)


@pytest.fixture
def collected(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.usefixtures("collected")
def test_setup_says_that_it_waits_for_another_on_its_machine() -> None:
    with Path(settings.VAR_DIR, "setup.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        said = Output(other.close)
        call_command("setup", "--no-input", stdout=said, stderr=said)
    waits = (
        "Waiting:      Another setup runs on this machine. This one goes on once that has ended.\n"
    )
    assert said.getvalue().startswith(f"{waits}Version:")


@pytest.mark.once
def test_second_setup_on_a_machine_waits_for_the_first() -> None:
    with Path(settings.VAR_DIR, "setup.lock").open("w") as other:
        with machine_lock(not_told), pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.once
def test_lock_of_another_user_ends_in_one_sentence(settings: Settings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    lock = tmp_path / "setup.lock"
    lock.mkdir()  # cannot be written, not even by root
    with pytest.raises(CommandError) as refused, machine_lock(not_told):
        pass
    assert str(refused.value) == (
        f"{lock} cannot be written: Is a directory. Delete it if it belongs to another user."
    )


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_lock_tells_that_another_machine_has_it() -> None:
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        told: list[str] = []

        def end_the_other(where: str) -> None:
            told.append(where)
            other.execute("SELECT pg_advisory_unlock(%s)", [LOCK])

        with database_lock(end_the_other):
            assert told == ["on this database"]


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_second_machine_waits_for_the_first() -> None:
    def is_free(other: "psycopg.Connection[tuple[bool]]") -> bool:
        (taken,) = other.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() or (False,)
        return bool(taken)

    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        with database_lock(not_told):
            assert not is_free(other)
            connection.close()  # as `migrate` does where a table is in use
            assert not is_free(other)
        assert is_free(other)
