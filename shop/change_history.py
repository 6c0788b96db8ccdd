"""Entries of the admin's history that hold old and new values."""

from typing import Any

from django.forms import ModelForm
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _

LONGEST = 60  # characters of a value


def change_message(form: ModelForm[Any]) -> str:
    """Return each changed field of `form` with its old and its new value, as the form shows them."""
    lines = []
    for name in form.changed_data:
        field = form.fields.get(name)
        if field is None or field.widget.is_hidden or name not in form.initial:
            continue
        before, after = form.initial[name], form.cleaned_data.get(name)
        lines.append(f"{field.label or name}: {_shown(field, before)} → {_shown(field, after)}")
    return "; ".join(lines)


def _shown(field: Any, value: Any) -> str:
    shown = field.prepare_value(value)
    if isinstance(shown, bool):
        return _("yes") if shown else _("no")
    if isinstance(shown, list | tuple):
        return get_text_list([str(each) for each in shown], _("and")) or "–"
    text = " ".join(str(shown if shown is not None else "").split())
    return Truncator(text).chars(LONGEST) or "–"
