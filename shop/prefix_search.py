"""Text that is found by how it begins, whatever its case, through an index of either database."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, Model, Q, QuerySet, TextField
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row", bound=Model)

LAST = "\U0010ffff"  # comes after every other letter
CAPITALS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class Folded(Func):
    """A text in lower case, sorted by its bytes: a language's own order knows no prefixes."""

    function = "LOWER"
    arity = 1
    output_field = TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        """With the order that SQLite has by itself."""
        template = '%(function)s(%(expressions)s) COLLATE "C"'
        return self.as_sql(compiler, connection, template=template, **context)


def beginning(rows: QuerySet[Row], field: str, text: str) -> QuerySet[Row]:
    """Those of `rows` whose `field` begins with `text`; in the order of that field."""
    found = Q()
    for prefix in set(_spellings(text)):
        found |= Q(folded__gte=prefix, folded__lt=prefix + LAST)
    folded: Any = rows.alias(folded=Folded(field))
    ordered: QuerySet[Row] = folded.filter(found).order_by("folded")
    return ordered


def _spellings(text: str) -> Iterator[str]:
    # SQLite knows the case of A to Z alone: other letters are tried in each.
    for variant in (text, text.lower(), text.upper(), text.title()):
        yield variant.translate(CAPITALS)
