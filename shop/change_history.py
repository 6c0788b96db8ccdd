"""Entries of the admin's history that hold old and new values."""

from datetime import date
from typing import Any

from django.db.models import Model
from django.forms import ChoiceField, ModelChoiceField, ModelForm, ModelMultipleChoiceField
from django.utils.formats import date_format
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

LONGEST = 60  # characters of a value


def change_message(form: ModelForm[Any]) -> str:
    """Return each changed field of `form` with its old and its new value, as the form shows them."""
    return "; ".join(
        f"{label}: {_short(before)} → {_short(after)}" for label, before, after in changes_in(form)
    )


def changes_in(form: ModelForm[Any]) -> list[tuple[StrOrPromise, str, str]]:
    """Return label, old and new value of each changed field, as the form shows them."""
    lines: list[tuple[StrOrPromise, str, str]] = []
    for name in form.changed_data:
        field = form.fields.get(name)
        if field is None or field.widget.is_hidden or name not in form.initial:
            continue
        before, after = form.initial[name], form.cleaned_data.get(name)
        lines.append((field.label or name, shown_value(field, before), shown_value(field, after)))
    return lines


def shown_value(field: Any, value: Any) -> str:
    """Return `value` as the form field `field` shows it; "–" for none."""
    if isinstance(field, ModelMultipleChoiceField):
        return get_text_list(_names(field, value or []), _("and")) or "–"
    shown = field.prepare_value(value)
    if isinstance(shown, bool):
        return _("yes") if shown else _("no")
    # Rows to choose from may be many, and name themselves.
    is_fixed = isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField)
    labels = {str(key): str(label) for key, label in field.choices} if is_fixed else {}
    if isinstance(shown, date):
        return date_format(shown, "SHORT_DATE_FORMAT")
    if isinstance(shown, list | tuple):
        return get_text_list([labels.get(str(each), str(each)) for each in shown], _("and")) or "–"
    text = str(shown if shown is not None else "")
    return labels.get(text, text) or "–"


def _names(field: ModelMultipleChoiceField[Any], chosen: Any) -> list[str]:
    """Return the names of rows, which may be given by their keys."""
    keys = [each for each in chosen if not isinstance(each, Model)]
    rows = [each for each in chosen if isinstance(each, Model)]
    if keys and field.queryset is not None:
        rows += field.queryset.filter(pk__in=keys)
    return [str(each) for each in rows]


def _short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(LONGEST)
