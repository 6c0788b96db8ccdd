"""Changes of a subscription's tier or interval (contract, "Changing").

Of two at once one wins: each begins with a filtered UPDATE of the subscription by all the values
that its quote was made from, and then holds the row.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.billing.applied_changes import apply_change, locked_members
from shop.billing.change_facts import changes_under_way, facts_of
from shop.billing.change_invoices import change_invoice
from shop.billing.change_quotes import ChangeQuote, quote_by, quote_of_waiting
from shop.billing.change_refusals import NoChangeError
from shop.billing.issuing import dispatch
from shop.billing.models import Subscription
from shop.billing.subscription_events import record_event
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.row_locks import lock_rows
from shop.tenancy.models import User

Kind = SubscriptionEvent.Kind
State = TierChange.State

DECISIVE = (
    *("product_id", "interval", "list_cents", "discount_cents", "discount_ends_on", "anchor_on"),
    *("next_period_on", "cancelled_at", "ends_on", "ended_at"),
)


class QuoteChangedError(Exception):
    """The quote that was confirmed is no longer true: somebody was faster, or a price changed."""


def change_tier(
    quote: ChangeQuote, quote_hash: str, by: User, *, by_staff: bool = False, reason: str = ""
) -> TierChange:
    """Do what was quoted: at once, from the next period, or once staff approve.

    What staff change themselves needs no approval. Raises NoChangeError and QuoteChangedError.
    """
    seen = quote.subscription
    values = {name: getattr(seen, name) for name in DECISIVE}
    with transaction.atomic():
        if not lock_rows(Subscription.objects.filter(pk=seen.pk, **values)):
            raise QuoteChangedError
        if changes_under_way(seen).exists():
            raise QuoteChangedError
        quote.product.refresh_from_db()
        now = quote_by(facts_of(_load(seen.pk)), quote.product, quote.interval)
        if now.hash != quote_hash:
            raise QuoteChangedError
        change = _change_of(now, by, reason)
        if now.needs_approval and not by_staff:
            change.state = State.APPROVAL
            change.from_on = None
            change.save(force_insert=True)
            record_event(now.subscription, Kind.CHANGE_ASKED, by, change)
        else:
            _carry_out(change, now, by)
    return change


def undo_change(change: TierChange, by: User) -> bool:
    """Give up a change that is planned or waits for approval; False where it is neither any more."""
    with transaction.atomic():
        return _undo(change, by)


def undo_changes(subscription: Subscription, by: User | None) -> None:
    """Give up what is under way, as the subscription is cancelled or ends; in its transaction."""
    for change in changes_under_way(subscription):
        _undo(change, by)


def approve_change(change: TierChange, staff: User) -> bool:
    """Carry out what waited for approval, by the days that are left today, at the price agreed to.

    False where it waits no more. Raises NoChangeError.
    """
    with transaction.atomic():
        lock_rows(Subscription.objects.filter(pk=change.subscription_id))
        waiting = TierChange.objects.filter(pk=change.pk, state=State.APPROVAL)
        found = waiting.select_related("product").first()
        if found is None:
            return False
        quote = quote_of_waiting(_load(change.subscription_id), found)
        # Undone at this very moment: whoever writes first wins.
        if not waiting.update(state=State.PLANNED, decided_at=timezone.now(), decided_by=staff):
            return False
        found.refresh_from_db()
        for name, value in _agreed(quote).items():
            setattr(found, name, value)
        _carry_out(found, quote, staff)
    return True


def refuse_change(change: TierChange, staff: User, note: str) -> bool:
    """Refuse what waits for approval; the client_admin reads `note`. False where it waits no more."""
    with transaction.atomic():
        waiting = TierChange.objects.filter(pk=change.pk, state=State.APPROVAL)
        decided = {"decided_at": timezone.now(), "decided_by": staff, "decision_note": note}
        if not waiting.update(state=State.REFUSED, **decided):
            return False
        change.refresh_from_db()
        record_event(change.subscription, Kind.CHANGE_REFUSED, staff, change)
    return True


def _undo(change: TierChange, by: User | None) -> bool:
    under_way = changes_under_way(change.subscription).filter(pk=change.pk)
    now = timezone.now()
    if not under_way.update(state=State.UNDONE, decided_at=now, decided_by=by):
        return False
    change.refresh_from_db()
    record_event(change.subscription, Kind.CHANGE_UNDONE, by, change)
    return True


def _carry_out(change: TierChange, quote: ChangeQuote, by: User) -> None:
    """Do what is quoted, at once or with the next period, in the caller's transaction."""
    subscription, places = quote.subscription, quote.product.members
    members = locked_members(subscription.project_id)
    if members > places:
        raise NoChangeError("no_place", members=members, places=places)
    if not quote.at_once:
        change.state = State.PLANNED
        change.save()
        record_event(subscription, Kind.CHANGE_PLANNED, by, change)
        return
    if quote.net_cents and quote.ready:
        change.invoice = change_invoice(quote, quote.ready, quote.from_on)
        dispatch(change.invoice)
    change.state, change.applied_at = State.APPLIED, timezone.now()
    change.save()
    apply_change(
        change,
        subscription,
        by,
        anchor_on=quote.anchor_on,
        next_period_on=quote.next_invoice_on,
    )


def _change_of(quote: ChangeQuote, by: User, reason: str) -> TierChange:
    this = quote.subscription
    return TierChange(
        subscription=this,
        old_product=this.product,
        product=quote.product,
        old_interval=this.interval,
        interval=quote.interval,
        asked_by=by,
        reason=reason,
        **_agreed(quote),
    )


def _agreed(quote: ChangeQuote) -> dict[str, Any]:
    """The columns of a change that say what was agreed, and instead of what."""
    this = quote.subscription
    return {
        "old_list_cents": this.list_cents,
        "old_discount_cents": this.discount_cents,
        "list_cents": quote.list_cents,
        "discount_cents": quote.discount_cents,
        "discount_ends_on": quote.discount_ends_on,
        "from_on": quote.from_on,
    }


def _load(pk: int) -> Subscription:
    related = ("order", "client__client_admin", "client__billing_profile", "project", "product")
    return Subscription.objects.select_related(*related).get(pk=pk)
