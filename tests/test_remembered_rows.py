"""Rows that each process remembers, while other threads of it change them."""

from typing import Any

import pytest

from shop.content.models import Question
from shop.remembered_rows import RememberedRows

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_rows_that_another_thread_reads_again_meanwhile_are_not_replaced_by_old_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows: RememberedRows[Question] = RememberedRows(Question.objects.all, Question)
    read = rows._query.read

    def read_slowly(raw: list[tuple[Any, ...]]) -> list[Question]:
        found = read(raw)
        if len(raw) > 1:
            # As another thread does meanwhile.
            Question.objects.exclude(pk=found[0].pk).delete()
            rows.raw()
        return found

    monkeypatch.setattr(rows._query, "read", read_slowly)
    assert len(rows.all()) > 1
    assert len(rows.all()) == 1
