"""The form of a new export: its span of days, columns and format."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.backoffice.exports.export_sources import ExportSource
from portal.backoffice.models import Export

CHOSEN = "chosen"


class ExportForm(forms.Form):
    """Columns and format of an export; the days narrow its filter further."""

    format = forms.ChoiceField(label=_("Format"), widget=forms.RadioSelect)
    set = forms.ChoiceField(label=_("Columns"), widget=forms.RadioSelect)
    column = forms.MultipleChoiceField(
        label=_("Your own choice"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, source: ExportSource, data: QueryDict | None = None) -> None:
        given = QueryDict(source.query)
        columns = source.allowed()
        first = next(iter(source.sets))
        initial: dict[str, Any] = {name: given.get(name, "") for name in source.span}
        initial |= {"format": source.formats[0], "set": first, "column": source.sets[first][1]}
        super().__init__(data, initial=initial)
        self.span, self.source = source.span, source
        sets = [(name, label) for name, (label, _keys) in source.sets.items()]
        self._choice("format").choices = [(each, LABELS[each]) for each in source.formats]
        self._choice("set").choices = [*sets, (CHOSEN, _("Only the columns selected below"))]
        self._choice("column").choices = [(each.key, each.label) for each in columns]
        for name, label in zip(
            source.span, (pgettext_lazy("days", "From"), pgettext_lazy("days", "To")), strict=True
        ):
            day = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            self.fields[name] = forms.DateField(
                label=label, required=False, widget=day, input_formats=["%Y-%m-%d", "%d.%m.%Y"]
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins, and a choice of no columns."""
        cleaned: dict[str, Any] = super().clean() or {}
        begins, ends = (cleaned.get(name) for name in self.span)
        if begins and ends and begins > ends:
            self.add_error(self.span[1], _("The period ends before it begins."))
        if cleaned.get("set") == CHOSEN and not cleaned.get("column"):
            self.add_error("column", _("Select at least one column."))
        return cleaned

    def query(self) -> str:
        """Return the filter with the days that were typed."""
        asked = QueryDict(self.source.query, mutable=True)
        for name in self.span:
            day = self.cleaned_data[name]
            asked[name] = day.isoformat() if day else ""
        return asked.urlencode()

    def keys(self) -> list[str]:
        """Return the names of the columns, in the order of the file."""
        wanted = self.cleaned_data["column"]
        if self.cleaned_data["set"] != CHOSEN:
            wanted = self.source.sets[self.cleaned_data["set"]][1]
        return [column.key for column in self.source.allowed() if column.key in wanted]

    def days(self) -> list[forms.BoundField]:
        """Return the two fields of the span."""
        return [self[name] for name in self.span]

    def _choice(self, name: str) -> Any:
        return self.fields[name]


LABELS = {
    Export.Format.XLSX: _("Excel workbook (XLSX)"),
    Export.Format.CSV: _("CSV, for spreadsheets set to your language"),
    Export.Format.JSON_LINES: _("JSON Lines, for programs: all fields as they are stored"),
}
