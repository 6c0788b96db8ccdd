"""The form field of a price: typed in whole units of its currency, stored in cents."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

# No thousands separators: nobody could tell which of "1.000" is meant.
PRICE = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{2}))?")


class PriceField(forms.CharField):
    """A price such as "49", "49,00" or "49.00", which are 4900 cents."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("In euros, such as 49 or 49,00."))
        super().__init__(widget=forms.TextInput({"inputmode": "decimal", "size": 12}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return cents as the reader writes them: "49,00" or "49.00"; what was typed as it is."""
        if not isinstance(value, int):
            return value
        locale = to_locale(get_language() or "de")
        return format_decimal(Decimal(value) / 100, "0.00", locale=locale)

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        """Return cents, or None for nothing. Raises ValidationError."""
        if isinstance(value, int):
            return value
        typed = super().to_python(value)
        if not typed:
            return None
        found = PRICE.fullmatch(typed)
        if found is None:
            raise ValidationError(
                _("Please write the price like 49 or 49,00: at most one comma or point, then two "
                  "digits, and nothing between the thousands.")
            )  # fmt: skip
        return int(found[1]) * 100 + int(found[2] or 0)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether another price was typed."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True
