"""The history of a subscription as its client_admin reads it, the newest entry first."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import assert_never

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from shop.billing.models import Subscription
from shop.billing.price_changes import PriceChange
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.catalogue.intervals import Interval
from shop.catalogue.templatetags.money import money
from shop.tenancy.models import User
from shop.typed_text import isolated

Kind = SubscriptionEvent.Kind


@dataclass(frozen=True)
class Entry:
    """One line of the history: when, what happened, and by whom it was done."""

    at: datetime
    text: str
    by: str = ""
    note: str = ""  # of staff, for the client; their reasons are for colleagues alone


def history(subscription: Subscription) -> list[Entry]:
    """Return what happened to a subscription: its start, its events, and higher prices."""
    related = ("actor", "change__old_product", "change__product")
    events = subscription.events.select_related(*related).order_by("pk")
    entries = [_start(subscription), *(_of_event(each) for each in events)]
    for change in subscription.price_changes.all():
        entries += _of_price(change, subscription)
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _start(subscription: Subscription) -> Entry:
    midnight = datetime.combine(subscription.started_on, time.min)
    text = _("The contract began, with the plan %(plan)s.")
    plan = subscription.order.tier_name or subscription.product.name
    return Entry(timezone.make_aware(midnight), text % {"plan": plan})


def _of_event(event: SubscriptionEvent) -> Entry:
    refused = event.change if event.kind == Kind.CHANGE_REFUSED else None
    note = refused.decision_note if refused else ""
    return Entry(event.at, text_of_event(event), _by(event.actor), note)


def text_of_event(event: SubscriptionEvent) -> str:
    """Return what happened, as the client_admin reads it; needs the tiers of its change."""
    kind, change = Kind(event.kind), event.change
    day = parse_date(event.details.get("ends_on") or "")
    ends = {"day": _day(day or event.subscription.ends_on)}
    match kind:
        case Kind.CANCELLED:
            return _("The contract was cancelled to end on %(day)s.") % ends
        case Kind.TAKEN_BACK:
            return _("The cancellation was undone. The contract goes on.")
        case Kind.WITHDRAWN:
            return _("You withdrew from the contract. What you paid is refunded.")
        case Kind.ENDED:
            return _("The contract ended.")
        case (
            Kind.CHANGE_ASKED
            | Kind.CHANGE_PLANNED
            | Kind.CHANGED
            | Kind.CHANGE_UNDONE
            | Kind.CHANGE_REFUSED
        ):
            return _text_of_change(kind, change) if change else str(kind.label)
        case unknown:
            assert_never(unknown)


def _text_of_change(kind: Kind, change: TierChange) -> str:
    texts = {
        Kind.CHANGE_ASKED: _("Change from %(old)s to %(new)s requested."),
        Kind.CHANGE_PLANNED: _("Change from %(old)s to %(new)s planned for %(day)s."),
        Kind.CHANGED: _("Changed from %(old)s to %(new)s."),
        Kind.CHANGE_UNDONE: _("The change from %(old)s to %(new)s was undone."),
        Kind.CHANGE_REFUSED: _("The change from %(old)s to %(new)s was not possible."),
    }
    names = {"old": change.old_product.name, "new": change.product.name}
    if change.interval != change.old_interval:
        names = {
            "old": with_interval(names["old"], change.old_interval),
            "new": with_interval(names["new"], change.interval),
        }
    return texts[kind] % {**names, "day": _day(change.from_on)}


def with_interval(plan: str, interval: str) -> str:
    """Return the name of a plan, with how it is paid."""
    if interval == Interval.YEAR:
        return _("%(plan)s by the year") % {"plan": plan}
    return _("%(plan)s by the month") % {"plan": plan}


def _of_price(change: PriceChange, subscription: Subscription) -> list[Entry]:
    day = _day(change.from_on)
    prices = {
        "old": money(change.old_list_cents, subscription.currency),
        "new": money(change.list_cents, subscription.currency),
    }
    told = _("We announced a higher net price from %(day)s: %(new)s instead of %(old)s.")
    entries = [Entry(change.noticed_at, told % {"day": day, **prices}, _by(change.by))]
    if change.undone_at:
        text = _("The higher price from %(day)s was taken back: it stays at %(old)s.")
        entries.append(Entry(change.undone_at, text % {"day": day, **prices}))
    return entries


def _by(actor: User | None) -> str:
    if actor is None or actor.is_erased:
        return ""
    if actor.is_staff:
        return _("by us")
    return _("by %(person)s") % {"person": isolated(actor.get_full_name() or actor.email)}


def _day(value: date | None) -> str:
    return date_format(value, "DATE_FORMAT") if value else ""
