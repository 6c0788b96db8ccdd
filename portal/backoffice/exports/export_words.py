"""The filter of an export in words."""

from collections.abc import Mapping

from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_stubs_ext import StrOrPromise

from portal.backoffice.activity.activity_filters import kind_labels
from portal.backoffice.billing import invoice_filters
from portal.backoffice.models import Export
from portal.backoffice.queue.filters import AGES, CHANNELS, FAILING, GROUPS, INVOICE, TAKEN
from shop.orders.error_codes import error_text
from shop.packing.step_names import step_title

GROUP_LABELS = {name: label for name, (label, _slices) in GROUPS.items()}
CHOICES: dict[str, Mapping[str, StrOrPromise]] = {
    "show": GROUP_LABELS,
    "taken": TAKEN,
    "age": {name: label for name, (_age, label) in AGES.items()},
    "channel": {name: label for name, (label, _where) in CHANNELS.items()},
    "failing": FAILING,
    "invoice": INVOICE,
    **invoice_filters.CHOICES,
}
ACTIVITY_KINDS = kind_labels()
DAYS = {"from", "to", "since", "until"}
SILENT = {"sort", "columns", "view"}  # in exports of old versions


def filter_words(export: Export) -> str:
    """Return what was exported, such as "Needs attention · Tier: M · From: 2026-11-01"."""
    asked = QueryDict(export.filter)
    labels = {
        "q": _("Search"),
        "show": "",
        "fault": _("Reason"),
        "step": _("Step"),
        "application": _("Partner application"),
        "invoice": _("Invoice"),
        "who": _("Colleague"),
        "order": _("Order number"),
        "tier": _("Tier"),
        "taken": _("Assigned"),
        "age": _("Waiting for more than"),
        "due": _("Follow-up"),
        "channel": _("Ordered through"),
        "failing": _("Could not be sent"),
        "client": _("Client"),
        "state": _("State"),
        "kind": _("Kind"),
        "files": _("Files"),
        **dict.fromkeys(("from", "since"), pgettext("days", "From")),
        **dict.fromkeys(("to", "until"), pgettext("days", "To")),
    }
    parts = []
    if export.subject == Export.Subject.ORDERS and not ({"show", "q"} & asked.keys()):
        parts.append(str(GROUP_LABELS["person"]))
    for name, value in asked.items():
        if name not in SILENT:
            label, said = labels.get(name, name), _value(export.subject, name, str(value))
            parts.append(f"{label}: {said}" if label else said)
    return " · ".join(parts) or _("all")


def _value(subject: str, name: str, value: str) -> str:
    if subject == Export.Subject.ACTIVITY and name == "kind":
        return str(ACTIVITY_KINDS.get(value, value))
    if name in DAYS and (day := parse_date(value)):
        return date_format(day, "SHORT_DATE_FORMAT")
    if name == "fault":
        return error_text(value)
    if name == "step":
        return str(step_title(value))
    if name == "due":
        return _("due")
    return str(CHOICES.get(name, {}).get(value, value))
