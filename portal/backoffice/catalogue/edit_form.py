"""Forms of rows that colleagues edit as well: nobody overwrites what they have not seen."""

import json
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.backoffice.audit_log import Act, Change, record
from shop.change_history import shown_value
from shop.tenancy.colleagues import name_of
from shop.tenancy.models import User
from shop.typed_text import isolated

Row = TypeVar("Row", bound=Model)
SEEN = "seen"


class EditForm(forms.ModelForm[Row]):
    """A form that holds the values its reader saw, beside those they typed.

    Where a colleague has changed the row since, it takes their values for what the reader did not
    touch, keeps what was typed, says what has changed, and asks to be sent again.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overtaken: list[tuple[str, str, str]] = []

    def begin(self) -> None:
        """Compare what the reader saw with the row. Call it once all fields are there."""
        now = self._values()
        self.initial[SEEN] = json.dumps(now, cls=DjangoJSONEncoder)
        if self.is_bound and self.instance.pk is not None:
            self._take_over(json.loads(self.initial[SEEN]))

    def clean(self) -> dict[str, Any]:
        """Name what a colleague has changed."""
        cleaned = super().clean() or {}
        if self.overtaken:
            changed = "; ".join(f"{label}: {old} → {new}" for label, old, new in self.overtaken)
            self.add_error(None, self._told(changed))
        return cleaned

    @property
    def edited(self) -> list[str]:
        """Return the names of the fields whose values were changed."""
        return [name for name in self.changed_data if name != SEEN]

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """Return label, old and new value of each field that was changed, as the form shows them."""
        return [(str(self.fields[name].label or name), *self._pair(name)) for name in self.edited]

    def changes(self) -> list[Change]:
        """Return the same for the audit log, whose values have no language."""
        with override("en"):
            return [
                (self.fields[name].label or name, *map(_plain, self._raw(name), self._pair(name)))
                for name in self.edited
            ]

    def _pair(self, name: str) -> tuple[str, str]:
        field, (before, after) = self.fields[name], self._raw(name)
        return shown_value(field, before), shown_value(field, after)

    def _raw(self, name: str) -> tuple[Any, Any]:
        return self.initial.get(name), self.cleaned_data.get(name)

    def _values(self) -> dict[str, Any]:
        """Return what the row says now, by the names of the fields."""
        found = {name: self.get_initial_for_field(field, name) for name, field in self._shown()}
        return {
            name: sorted(each.pk for each in value) if isinstance(value, list) else value
            for name, value in found.items()
        }

    def _shown(self) -> list[tuple[str, forms.Field]]:
        return [(name, each) for name, each in self.fields.items() if name != SEEN]

    def _take_over(self, now: dict[str, Any]) -> None:
        try:
            seen = json.loads(self.data.get(self.add_prefix(SEEN), ""))
        except ValueError:
            return  # a form of a program, which has seen nothing
        if not isinstance(seen, dict):
            return
        data: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
        for name, field in self._shown():
            if name not in seen or seen[name] == now[name]:
                continue
            label = str(field.label or name)
            self.overtaken.append(
                (label, shown_value(field, seen[name]), shown_value(field, now[name]))
            )
            typed = field.widget.value_from_datadict(data, self.files, self.add_prefix(name))
            if not field.has_changed(_native(field, seen[name]), typed):
                _put(data, self.add_prefix(name), field.prepare_value(now[name]))
        data[self.add_prefix(SEEN)] = self.initial[SEEN]
        self.data = data

    def _told(self, changed: str) -> str:
        kind = ContentType.objects.get_for_model(self.instance)
        entries = LogEntry.objects.filter(content_type=kind, object_id=str(self.instance.pk))
        last = entries.select_related("user").order_by("-pk").first()
        return _(
            "%(who)s has changed this since you opened the page: %(changed)s. Your own entries are "
            "kept; please check them and send the form again."
        ) % {"who": isolated(name_of(last.user)) if last else _("A colleague"), "changed": changed}


def save_recorded(form: EditForm[Any], staff: User, what: Act = Act.CHANGED) -> Any:
    """Save the valid `form` and log what it changed. Call it in a transaction."""
    changes = [] if what == Act.MADE else form.changes()
    row = form.save()
    record(staff, row, what, changes=changes)
    return row


def _plain(raw: Any, shown: str) -> Any:
    return raw if raw is None or isinstance(raw, bool | date) else shown


def _native(field: forms.Field, value: Any) -> Any:
    """Return a value as the row has it, from what JSON made of it."""
    is_day = isinstance(field, forms.DateField) and isinstance(value, str)
    return field.to_python(value) if is_day else value


def _put(data: Any, name: str, value: Any) -> None:
    if isinstance(value, bool):
        value = "on" if value else None
    if value is None:
        data.pop(name, None)
    elif isinstance(value, list):
        data.setlist(name, [str(each) for each in value])
    else:
        data[name] = str(value)
