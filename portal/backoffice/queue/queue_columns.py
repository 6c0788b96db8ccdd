"""Columns of the order queue: which there are, and what each needs of the database."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class OrderColumn:
    """A column: its heading, and the columns of other tables that it shows."""

    label: StrOrPromise
    joined: tuple[str, ...] = ()


# In the order of the table. The number of the order is always there, in front of them.
COLUMNS: dict[str, OrderColumn] = {
    "person": OrderColumn(_("Person")),
    "email": OrderColumn(_("E-mail")),
    "client": OrderColumn(_("Client"), ("delivered_client__name",)),
    "project": OrderColumn(_("Project"), ("delivered_project__name",)),
    "tier": OrderColumn(_("Tier")),
    "price": OrderColumn(pgettext_lazy("price", "Gross")),
    "state": OrderColumn(_("State")),
    "reason": OrderColumn(_("Reason")),
    "step": OrderColumn(_("Last step"), ("packing__last_step",)),
    "attempts": OrderColumn(_("Attempts"), ("packing__attempts",)),
    "age": OrderColumn(_("State since")),
    "placed": OrderColumn(_("Ordered on")),
    "taken": OrderColumn(
        _("Assigned"), ("taken_by__first_name", "taken_by__last_name", "taken_by__email")
    ),
    "follow_up": OrderColumn(_("Follow-up")),
    "application": OrderColumn(_("Application"), ("application__name",)),
}
DEFAULT = ("person", "client", "tier", "price", "state", "reason", "age", "taken")


def read_columns(given: Iterable[str]) -> str:
    """Return the known ones of columns in a query string, in the order of the table; "" if none."""
    names = {name for text in given for name in text.split(",")}
    return ",".join(name for name in COLUMNS if name in names)


def shown_columns(columns: str) -> tuple[str, ...]:
    """Return the names that `read_columns` has read, or those of the default."""
    return tuple(columns.split(",")) if columns else DEFAULT
