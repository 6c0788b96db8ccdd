"""An index expression of released migrations; nothing else uses it."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler


class Folded(Func):
    """Lower-case text in byte order."""

    function = "LOWER"
    arity = 1
    output_field = TextField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any
    ) -> Any:
        """Add the collation that SQLite uses by default."""
        template = '%(function)s(%(expressions)s) COLLATE "C"'
        return self.as_sql(compiler, connection, template=template, **context)
