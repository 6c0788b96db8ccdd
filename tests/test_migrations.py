"""Migrations work with the version before still running, and refuse databases from before 1.0."""

import os
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models.functions import Now

from shop.concurrent_indexes import AddIndexConcurrently, RemoveIndexConcurrently
from shop.orders.checks import refuse_old_database
from tests.migration_linter import lint
from tests.ports import free_port

pytestmark = pytest.mark.once

OURS = {
    config.label for config in apps.get_app_configs() if config.name.startswith(("shop", "portal"))
}


def released() -> list[str]:
    """The versions of the changelog, but for the one of the working tree."""
    changelog = (settings.BASE_DIR / "CHANGELOG.md").read_text()
    current = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"][
        "version"
    ]
    return [
        each
        for each in re.findall(r"^## (\d+\.\d+\.\d+)", changelog, re.MULTILINE)
        if each != current
    ]


def our_migrations() -> Iterator[tuple[Migration, ProjectState]]:
    """Each of our migrations with the state of the project before it."""
    loader = MigrationLoader(None)
    for app, name in sorted(loader.graph.nodes):
        if app in OURS:
            yield loader.get_migration(app, name), loader.project_state((app, name), at_end=False)


def test_version_before_works_with_each_migration() -> None:
    found = {
        f"{migration.app_label}.{migration.name}": lint(migration, before, released())
        for migration, before in our_migrations()
    }
    assert len(found) >= 10
    assert {name: sentences for name, sentences in found.items() if sentences} == {}


def state() -> ProjectState:
    """A project with one model."""
    project = ProjectState()
    fields: list[tuple[str, models.Field[Any, Any]]] = [
        ("id", models.AutoField(primary_key=True)),
        ("name", models.CharField(max_length=20, null=True)),
        ("email", models.CharField(max_length=20, db_default="")),
    ]
    migrations.CreateModel("Client", fields).state_forwards("tenancy", project)
    return project


def migration(*operations: Operation, **attributes: object) -> Migration:
    """A later migration of the room `tenancy` with `operations`."""
    made = type("Migration", (Migration,), {"operations": list(operations), **attributes})
    result: Migration = made("0002_later", "tenancy")
    return result


POSITIVE = models.CheckConstraint(condition=models.Q(name__gt=""), name="client_name")
BAD = [
    (migrations.AddField("client", "vat_id", models.CharField(max_length=20)),
     "client.vat_id needs null=True or db_default."),
    (migrations.AddField("client", "vat_id", models.CharField(max_length=20, default="")),
     "client.vat_id needs null=True or db_default."),
    (migrations.AlterField("client", "name", models.CharField(max_length=20)),
     "client.name no longer takes NULL."),
    (migrations.AlterField("client", "name", models.CharField(max_length=10, null=True)),
     "client.name becomes shorter."),
    (migrations.AlterField("client", "name", models.CharField(max_length=20, null=True, unique=True)),
     "client.name becomes unique."),
    (migrations.AlterField("client", "name", models.IntegerField(null=True)),
     "client.name changes its type or its column."),
    (migrations.AlterField("client", "email", models.CharField(max_length=20)),
     "client.email loses its default in the database."),
    (migrations.RemoveField("client", "name"),
     "RemoveField needs prepared_in: Remove field name from client."),
    (migrations.RenameField("client", "name", "title"),
     "RenameField needs prepared_in: Rename field name on client to title."),
    (migrations.RenameModel("Client", "Customer"),
     "RenameModel needs prepared_in: Rename model Client to Customer."),
    (migrations.DeleteModel("Client"), "DeleteModel needs prepared_in: Delete model Client."),
    (migrations.RunSQL("DROP TABLE client"), "RunSQL needs prepared_in: Raw SQL operation."),
    (migrations.AddConstraint("client", POSITIVE),
     "client_name refuses rows that the version before writes."),
    (migrations.AddIndex("client", models.Index("name", name="client_name")),
     "client_name needs AddIndexConcurrently."),
    (AddIndexConcurrently("client", models.Index("name", name="client_name")),
     "AddIndexConcurrently needs atomic = False."),
    (RemoveIndexConcurrently("client", "client_name"),
     "RemoveIndexConcurrently needs atomic = False."),
    (migrations.AddField("client", "vat_id", models.CharField(max_length=20, null=True, db_index=True)),
     "client.vat_id needs AddIndexConcurrently for its index."),
    (migrations.AddField("client", "vat_id", models.CharField(max_length=20, null=True, unique=True)),
     "client.vat_id needs AddIndexConcurrently for its index."),
    (migrations.AlterField("client", "name", models.CharField(max_length=20, null=True, db_index=True)),
     "client.name needs AddIndexConcurrently for its index."),
    (migrations.AddField("client", "seen_at", models.DateTimeField(db_default=Now())),
     "client.seen_at has a default that is computed for each row."),
    (migrations.RunPython(migrations.RunPython.noop),
     "RunPython needs reverse_code, if only RunPython.noop."),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "sentence"), BAD)
def test_linter_names_what_the_version_before_trips_over(
    operation: Operation, sentence: str
) -> None:
    assert lint(migration(operation), state(), []) == [sentence]
    inside = migrations.SeparateDatabaseAndState(database_operations=[operation])
    assert lint(migration(inside), state(), []) == [sentence]


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("client", "vat_id", models.CharField(max_length=20, null=True))],
        [migrations.AddField("client", "vat_id", models.CharField(max_length=20, db_default=""))],
        [migrations.AlterField("client", "name", models.CharField(max_length=40, null=True))],
        [migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop)],
        [
            migrations.CreateModel("Note", [("id", models.AutoField(primary_key=True))]),
            migrations.AddIndex("note", models.Index("id", name="note_id")),
            migrations.AddConstraint(
                "note", models.UniqueConstraint(fields=["id"], name="note_once")
            ),
        ],
        [
            migrations.SeparateDatabaseAndState(
                state_operations=[migrations.RemoveField("client", "name")]
            )
        ],
    ],
)
def test_linter_lets_pass_what_only_adds(operations: list[Operation]) -> None:
    assert lint(migration(*operations), state(), []) == []


def test_linter_lets_an_index_be_built_beside_writes() -> None:
    index = models.Index("name", name="client_name")
    addition = migration(AddIndexConcurrently("client", index), atomic=False)
    assert lint(addition, state(), []) == []


def test_linter_lets_a_constraint_be_replaced() -> None:
    project = state()
    migrations.AddConstraint("client", POSITIVE).state_forwards("tenancy", project)
    removed = migrations.RemoveConstraint("client", "client_name")
    wider = migrations.AddConstraint("client", POSITIVE)
    assert lint(migration(removed, wider), project, []) == []


def test_second_step_of_a_removal_names_the_release_of_the_first() -> None:
    removal = migration(migrations.RemoveField("client", "name"), prepared_in="1.1.0")
    assert lint(removal, state(), ["1.1.0", "1.0.0"]) == []
    assert lint(removal, state(), ["1.0.0"]) == ["1.1.0 is not a released version."]


SENTENCE = (
    "The database {name} is from before version 1.0.0 and cannot be migrated: "
    "set DATABASE_URL to an empty one, or delete this one.\n"
)


@pytest.fixture
def old_database(tmp_path: Path) -> Path:
    """A database of which only the record of its migrations matters."""
    (tmp_path / "static").mkdir()  # whitenoise warns where it is missing
    path = tmp_path / "shop.sqlite3"
    with sqlite3.connect(path) as old:
        old.execute(
            "CREATE TABLE django_migrations (id integer PRIMARY KEY, app text, name text, applied text)"
        )
        for name in ("0001_initial", "0009_member_removed"):
            old.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('orders', ?, '2026-01-01')",
                [name],
            )
    old.close()
    return path


@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "migrate"],
        ["manage.py", "run"],
        ["manage.py", "worker"],
        ["manage.py", "check"],
        ["-c", "import shop.wsgi"],
    ],
)
def test_database_from_before_1_0_stops_every_start_with_one_sentence(
    command: list[str], old_database: Path
) -> None:
    result = subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DEMO": "1",
            "VAR_DIR": str(old_database.parent),
            "PORT": str(free_port()),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == SENTENCE.format(name=old_database)


@pytest.mark.django_db
def test_database_of_a_later_version_is_let_in() -> None:
    refuse_old_database()
    MigrationRecorder(connection).record_applied("orders", "0099_later")
    assert refuse_old_database() == []
    MigrationRecorder(connection).record_applied("orders", "0009_member_removed")
    with pytest.raises(SystemExit, match=r"from before version 1\.0\.0"):
        refuse_old_database()
