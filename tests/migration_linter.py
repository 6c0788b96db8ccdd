"""Rules for migrations: the version before must work with the new database.

While a new version starts, processes of the one before still run, on the migrated database. So
columns only appear (NULL allowed, or with a default in the database), and go in two steps: a
release stops using them, a later one drops them. The later migration says so in its attribute
`prepared_in = "1.1.0"`, which must be a released version.

Nor may a migration keep others from writing for long: indexes of tables that are in use are built
beside their writes, and no column fills a whole table. And it can be taken back, as far as its rows go.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.migrations import Migration
from django.db.migrations import operations as ops
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED, Field, Value

from shop.concurrent_indexes import AddIndexConcurrently, RemoveIndexConcurrently

HARMLESS = (
    ops.CreateModel, ops.RemoveIndex, ops.RenameIndex, ops.RemoveConstraint, ops.AlterModelOptions,
    ops.AlterModelManagers, ops.AlterOrderWithRespectTo, ops.AlterModelTableComment,
)  # fmt: skip
# Released before there were rules for indexes.
BUILT_IN_PLACE = {
    "access.0002_idempotent_response", "backoffice.0012_activity_indexes", "billing.0004_contract_life",
    "catalogue.0003_promotion_key", "catalogue.0008_features", "orders.0002_canonical_email",
    "orders.0004_order_number_search_words", "orders.0008_unreachable_since",
    "tenancy.0002_canonical_email",
}  # fmt: skip


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
    given = Surroundings(migration, state)
    for operation in migration.operations:
        found += _lint(operation, given)
        operation.state_forwards(migration.app_label, state)
    return found


class Surroundings:
    """The facts about an operation: its migration, the state before it, and what went before."""

    def __init__(self, migration: Migration, state: ProjectState) -> None:
        self.app = migration.app_label
        self.is_atomic = migration.atomic
        self.in_place = f"{migration.app_label}.{migration.name}" in BUILT_IN_PLACE
        self.state = state
        self.tables = {name for app, name in state.models if app == self.app}
        self.replaced: set[str] = (
            set()
        )  # constraints that an earlier operation removed, to widen them

    def in_use(self, model: str) -> bool:
        """Tell if there were rows of the model before the migration, which may be many."""
        return model in self.tables and not self.in_place


def _lint(operation: Operation, given: Surroundings) -> Iterator[str]:
    match operation:
        case ops.SeparateDatabaseAndState():
            for each in operation.database_operations:
                yield from _lint(each, given)
        case ops.RemoveConstraint():
            given.replaced.add(operation.name)
        case ops.AddConstraint():
            known = operation.model_name_lower in given.tables
            if known and operation.constraint.name not in given.replaced:
                yield f"{operation.constraint.name} refuses rows that the version before writes."
        case ops.AddField():
            yield from _added(operation, given)
        case ops.AlterField():
            yield from _altered(operation, given)
        case ops.AddIndex() | RemoveIndexConcurrently() | ops.RunPython():
            yield from _obstructs(operation, given)
        case _ if not isinstance(operation, HARMLESS):
            yield f"{type(operation).__name__} needs prepared_in: {operation.describe()}."


def _obstructs(operation: Operation, given: Surroundings) -> Iterator[str]:
    match operation:
        case AddIndexConcurrently() | RemoveIndexConcurrently():
            if given.is_atomic:
                yield f"{type(operation).__name__} needs atomic = False."
        case ops.AddIndex():
            if given.in_use(operation.model_name_lower):
                yield f"{operation.index.name} needs AddIndexConcurrently."
        case ops.RunPython():
            if not operation.reversible:
                yield "RunPython needs reverse_code, if only RunPython.noop."


def _altered(operation: ops.AlterField, given: Surroundings) -> Iterator[str]:
    old = given.state.models[given.app, operation.model_name_lower].get_field(operation.name)
    yield from _narrowed(_name(operation), old, operation.field)
    gains_index = not operation.field.unique and _has_index(operation.field)
    if gains_index and not _has_index(old) and not given.in_place:
        yield f"{_name(operation)} needs AddIndexConcurrently for its index."


def _added(operation: ops.AddField, given: Surroundings) -> Iterator[str]:
    if not _optional(operation.field):
        yield f"{_name(operation)} needs null=True or db_default."
    if not given.in_use(operation.model_name_lower):
        return
    if _has_index(operation.field):
        yield f"{_name(operation)} needs AddIndexConcurrently for its index."
    default = operation.field.db_default
    if hasattr(default, "resolve_expression") and not isinstance(default, Value):
        yield f"{_name(operation)} has a default that is computed for each row."


def _has_index(field: Field[Any, Any]) -> bool:
    return field.unique or bool(getattr(field, "db_index", False))  # no attribute of all fields


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
