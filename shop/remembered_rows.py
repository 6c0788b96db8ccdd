"""Rows that every visitor reads and that change once a month: read again every ten seconds."""

import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save

from shop.compiled_queries import CompiledQuery

Row = TypeVar("Row")
SECONDS = 10


class RememberedRows(Generic[Row]):
    """The rows of a query, as each process remembers them for ten seconds.

    A process reads them again at once after it has saved or deleted a row of one of `models`.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]], *models: type[Model]) -> None:
        self._query = CompiledQuery(build)
        self._period: int | None = None
        self._raw: list[tuple[Any, ...]] = []
        # Together with what they were made of: another thread may read anew at any moment.
        self._made: tuple[list[tuple[Any, ...]], list[Row]] = ([], [])
        for model in models:
            post_save.connect(self.clear, sender=model)
            post_delete.connect(self.clear, sender=model)

    def raw(self) -> list[tuple[Any, ...]]:
        """Return the rows as the database gave them: the same list as before if none changed."""
        period = int(time.monotonic() // SECONDS)
        if period != self._period:
            found = self._query.raw()
            if found != self._raw:
                self._raw = found
            self._period = period
        return self._raw

    def all(self) -> list[Row]:
        """Return the rows. They are shared by all requests: do not change them."""
        raw = self.raw()
        made_of, rows = self._made
        if made_of is not raw:
            rows = self._query.read(raw)
            self._made = (raw, rows)
        return rows

    def read(self, raw: list[tuple[Any, ...]]) -> list[Row]:
        """Return rows of one's own, from what `raw` returned."""
        return self._query.read(raw)

    def clear(self, **_change: Any) -> None:
        """Forget the rows in this process."""
        self._period, self._raw = None, []
