"""The form field of texts with several lines."""

from typing import Any

from django import forms


class TextAreaField(forms.CharField):
    """A text whose line ends are stored as LF: browsers send CRLF, which is no change."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text with LF alone."""
        text: str = super().to_python(value) or ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether the text differs apart from its line ends."""
        before = self.to_python(initial)
        return bool(super().has_changed(before, data))
