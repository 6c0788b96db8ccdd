"""Case-insensitive prefix search that uses an index on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, Q, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)

LAST = "\U0010ffff"  # sorts after every other character
CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class Folded(Func):
    """Lower-case text in byte order: prefixes are no ranges in the order of a language."""

    function = "LOWER"
    arity = 1
    output_field = TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        """Add the collation that SQLite uses by default."""
        template = '%(function)s(%(expressions)s) COLLATE "C"'
        return self.as_sql(compiler, connection, template=template, **context)


def beginning(rows: QuerySet[Row], field: str, text: str) -> QuerySet[Row]:
    """The `rows` whose `field` begins with `text`, sorted by that field."""
    found = Q()
    for prefix in set(_spellings(text)):
        found |= Q(folded__gte=prefix, folded__lt=prefix + LAST)
    folded: Any = rows.alias(folded=Folded(field))
    ordered: QuerySet[Row] = folded.filter(found).order_by("folded")
    return ordered


def _spellings(text: str) -> Iterator[str]:
    # SQLite lowers A to Z only: try the usual spellings of other letters.
    for variant in (text, text.lower(), text.upper(), text.title()):
        yield variant.translate(CAPITALS)
