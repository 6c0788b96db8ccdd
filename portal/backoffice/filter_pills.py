"""The filter as rows of pills; each links to the list with one condition more or less."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from portal.backoffice.filters import AGES, CHANNELS, FAILING, GROUPS, TAKEN, Filter
from portal.backoffice.queue_counts import Counts
from shop.catalogue.models import Product


@dataclass(frozen=True)
class Pill:
    """One choice; `count` is None where nothing is counted."""

    name: str
    label: StrOrPromise
    query: str
    is_on: bool
    count: str | None = None


def state_pills(wanted: Filter, counts: Counts) -> list[Pill]:
    """Build the pills of the groups, one of which is always on."""
    shown = counts.shown()
    return [
        Pill(
            name, label, wanted.as_query(show=name, sort=""), wanted.group == name, shown.get(name)
        )
        for name, (label, _slices) in GROUPS.items()
    ]


def further_pills(wanted: Filter, counts: Counts) -> list[tuple[str, list[Pill]]]:
    """Build all other pills by heading; clicking a pill again turns it off."""
    ages = {name: label for name, (_age, label) in AGES.items()}
    tiers = Product.objects.values_list("code", "name")
    channels = {name: label for name, (label, _where) in CHANNELS.items()}
    shown = counts.shown() if wanted.group == "person" else {}
    return [
        (_("Waiting for more than"), _pills(wanted, "age", ages.items(), shown)),
        (_("Taken"), _pills(wanted, "taken", TAKEN.items())),
        (_("Follow-up"), _pills(wanted, "due", [("1", _("due"))])),
        (_("Tier"), _pills(wanted, "tier", tiers)),
        (_("Ordered through"), _pills(wanted, "channel", channels.items())),
        (_("Could not be sent"), _pills(wanted, "failing", FAILING.items())),
    ]


def _pills(
    wanted: Filter,
    field: str,
    choices: Iterable[tuple[str, StrOrPromise]],
    counts: dict[str, str] | None = None,
) -> list[Pill]:
    chosen = getattr(wanted, field)
    return [
        Pill(
            name=name,
            label=label,
            query=wanted.as_query(**{field: "" if chosen == name else name}),
            is_on=chosen == name,
            count=(counts or {}).get(name),
        )
        for name, label in choices
    ]
