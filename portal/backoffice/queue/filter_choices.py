"""The queue's filters in words: chips for those that are chosen, and the fields to choose them by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.queue.filters import (
    AGES,
    CHANNELS,
    FAILING,
    INVOICE,
    NARROWING,
    NO_STEP,
    PARAMETERS,
    TAKEN,
    Filter,
)
from shop.access.models import Application
from shop.catalogue.models import Product
from shop.orders.error_codes import ERROR_CODES, error_text
from shop.packing.step_names import configured_steps, step_title
from shop.tenancy.colleagues import colleagues_with, name_of
from shop.tenancy.models import Client, User
from shop.typed_text import isolated

MOST_APPLICATIONS = 200
LEGENDS: dict[str, StrOrPromise] = {
    "fault": _("Reason"),
    "step": _("Last step"),
    "from_day": _("Ordered from"),
    "to_day": _("Ordered until"),
    "tier": _("Tier"),
    "application": _("Application"),
    "client": _("Client"),
    "channel": _("Ordered through"),
    "age": _("Waiting for more than"),
    "taken": _("Assigned"),
    "due": _("Follow-up"),
    "invoice": _("Invoice"),
    "failing": _("Could not be sent"),
}
# The values of filters that have few, in words.
WORDS: dict[str, Mapping[str, StrOrPromise]] = {
    "taken": TAKEN,
    "due": {"1": _("due")},
    "age": {name: label for name, (_age, label) in AGES.items()},
    "channel": {name: label for name, (label, _where) in CHANNELS.items()},
    "invoice": INVOICE,
    "failing": FAILING,
}
# Filters with a field in the panel, by their names in the query string.
IN_PANEL = {PARAMETERS.get(name, name) for name in LEGENDS if name != "client"}


@dataclass(frozen=True)
class Chip:
    """A filter that is chosen, and the query string of the list without it."""

    legend: str
    label: str
    without: str


@dataclass(frozen=True)
class PanelField:
    """A filter's field: a select with the choices by value, or a day."""

    name: str
    label: str
    value: str
    choices: list[tuple[str, str]] | None = None


def chips(wanted: Filter) -> list[Chip]:
    """Return a chip for each filter that is chosen; the search text stands in its own field."""
    found = []
    for name in NARROWING:
        value = getattr(wanted, name)
        if value and name != "q":
            without = wanted.as_query(**{name: ""}) or f"show={wanted.group}"
            found.append(Chip(str(LEGENDS[name]), isolated(_label(name, value)), without))
    return found


def panel_fields(wanted: Filter) -> list[PanelField]:
    """Return the fields of the panel, set to what is chosen."""
    fields = [
        PanelField(
            name=PARAMETERS.get(name, name),
            label=str(LEGENDS[name]),
            value=getattr(wanted, name),
            choices=_with_chosen(name, getattr(wanted, name), choices),
        )
        for name, choices in _choices().items()
    ]
    days = [
        PanelField(PARAMETERS[name], str(LEGENDS[name]), getattr(wanted, name))
        for name in ("from_day", "to_day")
    ]
    return [*fields[:2], *days, *fields[2:]]


def _choices() -> dict[str, Iterable[tuple[str, StrOrPromise]]]:
    """Return the choices of each select by value, in the order of the panel."""
    applications = Application.objects.order_by("name").values_list("pk", "name")
    return {
        "fault": [(code, error_text(code)) for code in ERROR_CODES],
        "step": [
            (NO_STEP, _("before the first step")),
            *((step.name, step_title(step.name)) for step in configured_steps()),
        ],
        "tier": Product.objects.order_by("pk").values_list("code", "name"),
        "application": [(str(pk), name) for pk, name in applications[:MOST_APPLICATIONS]],
        "channel": WORDS["channel"].items(),
        "age": WORDS["age"].items(),
        "taken": [
            *TAKEN.items(),
            *((str(each.pk), name_of(each)) for each in colleagues_with("orders.mend_order")),
        ],
        "due": WORDS["due"].items(),
        "invoice": WORDS["invoice"].items(),
        "failing": WORDS["failing"].items(),
    }


def _with_chosen(
    name: str, value: str, choices: Iterable[tuple[str, StrOrPromise]]
) -> list[tuple[str, str]]:
    """Return the choices with the chosen one, which a link may name and the list not hold."""
    listed = [(each, isolated(label)) for each, label in choices]
    if value and value not in dict(listed):
        listed.append((value, isolated(_label(name, value))))
    return listed


def _label(name: str, value: str) -> str:
    """Return what pages call the value of a filter, or the value where it names nothing."""
    match name:
        case "fault":
            return error_text(value)
        case "step":
            return str(_("before the first step")) if value == NO_STEP else step_title(value)
        case "from_day" | "to_day":
            return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
        case "tier" | "application" | "client":
            return _name_in_row(name, value)
        case "taken" if value not in TAKEN:
            colleague = User.objects.filter(pk=int(value), is_staff=True).first()
            return name_of(colleague) if colleague else value
    return str(WORDS[name][value])


def _name_in_row(name: str, value: str) -> str:
    rows: QuerySet[Any] = Product.objects.filter(code=value)
    if name == "application":
        rows = Application.objects.filter(pk=int(value))
    elif name == "client":
        rows = Client.objects.filter(pk=int(value))
    return str(rows.values_list("name", flat=True).first() or value)
