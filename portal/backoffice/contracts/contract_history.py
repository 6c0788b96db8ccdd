"""The history of a subscription: what happened to it and its client, what staff did about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portal.backoffice.audit_log import Act, history_of
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.catalogue.intervals import Interval
from shop.tenancy.models import User

Kind = SubscriptionEvent.Kind
# "Cancelled" alone is said of orders.
TITLES = {Kind.CANCELLED: Act.CANCELLED.label}
# Staff's acts that no event of the subscription tells of.
WITHOUT_EVENT = (Act.RUN_RETRIED, Act.STEP_SKIPPED, Act.EXPORT_WAIVED)


@dataclass(frozen=True)
class ContractEntry:
    """One entry: what happened, when, by whom; `declaration` is the number of its cause, if any."""

    at: datetime
    title: str
    text: str
    actor: User | None
    declaration: int | None = None


def history_of_contract(found: Subscription) -> list[ContractEntry]:
    """Return the entries of a subscription, the newest first, in a fixed number of queries."""
    return sorted(_entries(found), key=lambda entry: entry.at, reverse=True)


def _entries(found: Subscription) -> Iterator[ContractEntry]:
    related = ("actor", "change__product", "change__old_product")
    for event in found.events.select_related(*related):
        yield ContractEntry(
            at=event.at,
            title=str(TITLES.get(Kind(event.kind), event.get_kind_display())),
            text=_event_text(event),
            actor=event.actor,
            declaration=event.details.get("declaration"),
        )
    for line in history_of(found):
        if line["act"] in WITHOUT_EVENT:
            yield ContractEntry(line["at"], line["what"], line["note"], line["actor"])
    for line in history_of(found.client):
        yield ContractEntry(line["at"], _("client changed"), line["what"], line["actor"])


def _event_text(event: SubscriptionEvent) -> str:
    reason = str(event.details.get("reason", ""))
    match Kind(event.kind):
        case Kind.CANCELLED:
            day = date_format(date.fromisoformat(event.details["ends_on"]))
            return " · ".join(filter(None, (_("ends on %(day)s") % {"day": day}, reason)))
        case Kind.CHANGE_ASKED | Kind.CHANGE_PLANNED | Kind.CHANGED | Kind.CHANGE_UNDONE:
            return " · ".join(filter(None, (_change_text(event.change), reason)))
        case Kind.CHANGE_REFUSED:
            note = event.change.decision_note if event.change else ""
            return " · ".join(filter(None, (_change_text(event.change), note or reason)))
        case Kind.TAKEN_BACK | Kind.WITHDRAWN | Kind.ENDED:
            return reason
        case unknown:
            assert_never(unknown)


def _change_text(change: TierChange | None) -> str:
    if change is None:
        return ""
    old, new = change.old_product.name, change.product.name
    if change.old_interval != change.interval:
        labels = dict(Interval.choices)
        old = f"{old}, {labels[change.old_interval]}"
        new = f"{new}, {labels[change.interval]}"
    text = f"{old} → {new}"
    if change.from_on:
        day = date_format(change.from_on)
        text = _("%(change)s from %(day)s") % {"change": text, "day": day}
    return " · ".join(filter(None, (text, change.reason)))
