"""Questions and answers: every visitor reads them, and they change once a month."""

from typing import Any

from shop.content.models import Question
from shop.remembered_rows import RememberedRows

LISTED: RememberedRows[Question] = RememberedRows(
    lambda: Question.objects.filter(listed=True), Question
)


def listed_rows() -> list[tuple[Any, ...]]:
    """Return the rows of the questions to show, remembered for ten seconds in each process."""
    return LISTED.raw()
