"""Queries whose SQL is written once: for the few look-ups that nearly every request makes.

Half of such a request would be Django writing the same SQL again. A `CompiledQuery` is built from
an ordinary QuerySet, so what it looks up is said in one language, and checked against the models.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import DateField, DateTimeField, Field, Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery
from django.utils import timezone

Row = TypeVar("Row")
SLICE = "LIMIT %s OFFSET %s"


class Parameter(RawSQL):
    """A value that is given at each call, by its name; stands in a QuerySet as values do.

    A time may have a span taken off: `Parameter("now") - timedelta(hours=1)`.
    """

    def __init__(
        self,
        name: str,
        output_field: Field[Any, Any] | None = None,
        span: timedelta | None = None,
    ) -> None:
        self.name, self.span = name, span
        super().__init__("%s", [self], output_field)

    def __sub__(self, span: timedelta) -> "Parameter":  # type: ignore[override]
        return Parameter(self.name, self.output_field, span)

    def of(self, values: dict[str, Any]) -> Any:
        """Return the value, as the database takes it. Raises KeyError where it is missing."""
        value = values[self.name]
        return _adapted(value if self.span is None else value - self.span)


class Today(Parameter):
    """The day of each call, in the shop's zone: no caller gives it."""

    def __init__(self) -> None:
        super().__init__("today", DateField())

    def of(self, values: dict[str, Any]) -> Any:
        """Return today, as the database takes it."""
        return connection.ops.adapt_datefield_value(timezone.localdate())


class Now(Parameter):
    """The moment of each call: no caller gives it."""

    def __init__(self) -> None:
        super().__init__("now", DateTimeField())

    def of(self, values: dict[str, Any]) -> Any:
        """Return the present moment, as the database takes it."""
        return _adapted(timezone.now())


def repeating_cursor() -> CursorWrapper:
    """Return a cursor for a statement that is run again and again: PostgreSQL keeps its plan."""
    database = connections[DEFAULT_DB_ALIAS]
    make: Callable[[], CursorWrapper] = getattr(database, "preparing_cursor", database.cursor)
    return make()


@dataclass(frozen=True)
class Statement:
    """SQL for one kind of database, and what stands for its signs, `Parameter`s among it."""

    sql: str
    parameters: list[Any]
    is_repeated: bool = False  # often enough for PostgreSQL to keep its plan

    @classmethod
    def of(cls, rows: QuerySet[Any, Any]) -> "Statement":
        """Return the SQL of a QuerySet, to be part of a statement that Django cannot write."""
        sql, parameters = rows.query.get_compiler(connection=connection).as_sql()
        return cls(sql, list(parameters))

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return all rows for the values of the parameters, as the database gives them.

        Raises KeyError where a value is missing.
        """
        with repeating_cursor() if self.is_repeated else connection.cursor() as cursor:
            cursor.execute(self.sql, _given(self.parameters, values))
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found


@dataclass(frozen=True)
class Compiled:
    """The statement for one kind of database, and how its rows are read."""

    statement: Statement
    converters: list[tuple[int, list[Callable[..., Any]], Any]]
    read: Callable[[tuple[Any, ...]], Any]


class CompiledQuery(Generic[Row]):
    """A QuerySet with `Parameter`s, compiled at its first use.

    Its rows are those of the QuerySet: tuples of `values_list`, or objects of its model, with what
    `only` and `select_related` name. Of a `sliced` one, each call takes at most `limit` rows, after
    the first `offset`.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]], *, sliced: bool = False) -> None:
        self._build, self._sliced = build, sliced
        self._compiled: dict[str, Compiled] = {}

    def all(self, **values: Any) -> list[Row]:
        """Return all rows for the values of the parameters. Raises KeyError where one is missing."""
        return self.read(self.raw(**values))

    def raw(self, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows as the database gave them, to be compared, or read later by `read`."""
        return self._for_this_database().statement.rows(**values)

    def read(self, raw: list[tuple[Any, ...]]) -> list[Row]:
        """Return what `all` would have returned, from the rows that `raw` returned."""
        compiled = self._for_this_database()
        return [compiled.read(_converted(row, compiled)) for row in raw]

    def _for_this_database(self) -> Compiled:
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = _compile(self._build(), self._sliced)
        return compiled

    def first(self, **values: Any) -> Row | None:
        """Return the first row, or None. Limit the QuerySet where it may have many."""
        return next(iter(self.all(**values)), None)


class CompiledUpdate:
    """An UPDATE of a QuerySet's rows, compiled at its first use.

    The rows and the changes may have `Parameter`s, and the changes expressions such as F.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Any]], **changes: Any) -> None:
        self._build, self._changes = build, changes
        self._compiled: dict[str, tuple[str, list[Any]]] = {}

    def run(self, **values: Any) -> int:
        """Update the rows for the values of the parameters; return how many there are."""
        if connection.vendor not in self._compiled:
            query: Any = self._build().query.chain(UpdateQuery)
            query.add_update_values(self._changes)
            sql, parameters = query.get_compiler(connection=connection).as_sql()
            self._compiled[connection.vendor] = sql, list(parameters)
        sql, parameters = self._compiled[connection.vendor]
        with repeating_cursor() as cursor:
            cursor.execute(sql, _given(parameters, values))
            return int(cursor.rowcount)


def _compile(rows: QuerySet[Any, Any], sliced: bool) -> Compiled:
    compiler = rows.query.get_compiler(connection=connection)
    sql, parameters = compiler.as_sql()
    if sliced:
        sql, parameters = f"{sql} {SLICE}", (*parameters, Parameter("limit"), Parameter("offset"))
    columns = [column[0] for column in compiler.select]
    converters = [
        (place, found, column)
        for place, (found, column) in sorted(compiler.get_converters(columns).items())
    ]
    gives_tuples = bool(rows.query.values_select) or compiler.klass_info is None
    read = tuple if gives_tuples else _reader_of_objects(compiler)
    return Compiled(Statement(sql, list(parameters), is_repeated=True), converters, read)


def _reader_of_objects(compiler: Any) -> Callable[[tuple[Any, ...]], Model]:
    # As `django.db.models.query.ModelIterable` does for each query.
    model: type[Model] = compiler.klass_info["model"]
    places = compiler.klass_info["select_fields"]
    begin, end = places[0], places[-1] + 1
    names = [column[0].target.attname for column in compiler.select[begin:end]]
    # The types are those of a later Django, which takes one argument more.
    related = get_related_populators(  # type: ignore[call-arg]
        compiler.klass_info, compiler.select, connection.alias
    )
    annotated = compiler.annotation_col_map or {}

    def read(row: tuple[Any, ...]) -> Model:
        read_object = model.from_db(connection.alias, names, row[begin:end])
        for populator in related:
            populator.populate(row, read_object)
        for name, place in annotated.items():
            setattr(read_object, name, row[place])
        return read_object

    return read


def _given(parameters: list[Any], values: dict[str, Any]) -> list[Any]:
    return [each.of(values) if isinstance(each, Parameter) else each for each in parameters]


def _adapted(value: Any) -> Any:
    """The value as the database takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value


def _converted(row: Any, compiled: Compiled) -> tuple[Any, ...]:
    if not compiled.converters:
        return tuple(row)
    values = list(row)
    for place, converters, column in compiled.converters:
        for convert in converters:
            values[place] = convert(values[place], column, connection)
    return tuple(values)
