"""Rules for migrations: the version before must work with the new database.

While a new version starts, processes of the one before still run, on the migrated database. So
columns only appear (NULL allowed, or with a default in the database), and go in two steps: a
release stops using them, a later one drops them. The later migration says so in its attribute
`prepared_in = "1.1.0"`, which must be a released version.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, Field

HARMLESS = (
    ops.CreateModel, ops.AddIndex, ops.RemoveIndex, ops.RenameIndex, ops.RemoveConstraint,
    ops.RunPython, ops.AlterModelOptions, ops.AlterModelManagers,
    ops.AlterOrderWithRespectTo, ops.AlterModelTableComment,
)  # fmt: skip


def lint(migration: Migration, before: ProjectState, released: Iterable[str]) -> list[str]:
    """Sentences about what the version before would trip over; none if it would not.

    `before` is the project's state before `migration`, `released` the versions before this one.
    """
    if migration.initial:
        return []
    prepared = getattr(migration, "prepared_in", None)
    if prepared is not None:
        return [] if prepared in released else [f"{prepared} is not a released version."]
    state = before.clone()
    found: list[str] = []
    replaced: set[str] = set()  # constraints that an earlier operation removed, to widen them
    for operation in migration.operations:
        found += _lint(operation, migration.app_label, state, replaced)
        operation.state_forwards(migration.app_label, state)
    return found


def _lint(operation: Operation, app: str, state: ProjectState, replaced: set[str]) -> Iterator[str]:
    match operation:
        case ops.SeparateDatabaseAndState():
            for each in operation.database_operations:
                yield from _lint(each, app, state, replaced)
        case ops.RemoveConstraint():
            replaced.add(operation.name)
        case ops.AddConstraint():
            if operation.constraint.name not in replaced:
                yield f"{operation.constraint.name} refuses rows that the version before writes."
        case ops.AddField():
            if not _optional(operation.field):
                yield f"{_name(operation)} needs null=True or db_default."
        case ops.AlterField():
            old = state.models[app, operation.model_name_lower].get_field(operation.name)
            yield from _narrowed(_name(operation), old, operation.field)
        case _ if not isinstance(operation, HARMLESS):
            yield f"{type(operation).__name__} needs prepared_in: {operation.describe()}."


def _name(operation: ops.AddField | ops.AlterField) -> str:
    return f"{operation.model_name}.{operation.name}"


def _optional(field: Field[Any, Any]) -> bool:
    return field.many_to_many or field.null or field.db_default is not NOT_PROVIDED


def _narrowed(name: str, old: Field[Any, Any], new: Field[Any, Any]) -> Iterator[str]:
    if old.get_internal_type() != new.get_internal_type() or old.db_column != new.db_column:
        yield f"{name} changes its type or its column."
    if old.null and not new.null:
        yield f"{name} no longer takes NULL."
    if not _optional(new) and old.db_default is not NOT_PROVIDED:
        yield f"{name} loses its default in the database."
    if new.max_length and new.max_length < (old.max_length or math.inf):
        yield f"{name} becomes shorter."
    if new.unique and not old.unique:
        yield f"{name} becomes unique."
