"""A form field for a day with an optional time."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms


class DayTimeField(forms.SplitDateTimeField):
    """A day and a time, in the shop's time zone; `without` stands in where no time is given."""

    def __init__(self, *, without: time, **options: Any) -> None:
        super().__init__(require_all_fields=False, **options)
        self.without = without
        self.fields[1].required = False

    def compress(self, data_list: Sequence[Any]) -> datetime | None:
        """Return the moment. Raises ValidationError for a time without a day."""
        day, given = (*data_list, None, None)[:2]
        return super().compress([day, given or self.without] if day else data_list)
