"""Mails about a change of plan: asked for, planned, done, undone or not possible."""

from typing import Any

from django.dispatch import receiver
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.billing.models import Invoice, Subscription
from shop.billing.signals import subscription_event
from shop.billing.tier_change_rows import SubscriptionEvent, TierChange
from shop.catalogue.intervals import Interval
from shop.catalogue.templatetags.money import money
from shop.compiled_inserts import insert_missing
from shop.notifications.emails.content import EmailContent, Row, typed
from shop.notifications.emails.contract_emails import ContractEmail, day_of
from shop.notifications.emails.contract_samples import event_sample
from shop.notifications.emails.kinds import Sample
from shop.notifications.emails.models import Message

Event, State = SubscriptionEvent.Kind, TierChange.State
TOLD = frozenset(
    {
        Event.CHANGE_ASKED,
        Event.CHANGE_PLANNED,
        Event.CHANGED,
        Event.CHANGE_UNDONE,
        Event.CHANGE_REFUSED,
    }
)


class PlanChange(ContractEmail, kind=Message.Kind.TIER_CHANGE):
    """Confirmation of what became of a change of plan."""

    samples = (
        Sample(
            gettext_lazy("waits for approval"),
            lambda: event_sample(Event.CHANGE_ASKED, state=State.APPROVAL, from_on=None),
        ),
        Sample(
            gettext_lazy("planned"),
            lambda: event_sample(Event.CHANGE_PLANNED, state=State.PLANNED, list_cents=2900),
        ),
        Sample(gettext_lazy("changed"), lambda: event_sample(Event.CHANGED, state=State.APPLIED)),
        Sample(
            gettext_lazy("undone"), lambda: event_sample(Event.CHANGE_UNDONE, state=State.UNDONE)
        ),
        Sample(
            gettext_lazy("refused"),
            lambda: event_sample(Event.CHANGE_REFUSED, state=State.REFUSED),
        ),
    )

    @cached_property
    def change(self) -> TierChange:
        """The change that the mail is about."""
        change = self.event.change
        assert change is not None  # noqa: S101 -- events of these kinds have one
        return change

    def content(self) -> EmailContent:
        """Return both plans, from when the new one counts, and what it costs."""
        words = {
            Event.CHANGE_ASKED: self._asked,
            Event.CHANGE_PLANNED: self._planned,
            Event.CHANGED: self._changed,
            Event.CHANGE_UNDONE: self._undone,
            Event.CHANGE_REFUSED: self._refused,
        }
        subject, intro, outro = words[Event(self.event.kind)]()
        return EmailContent(
            subject=subject,
            intro=intro,
            rows=self._rows(),
            action=self.to_contract(),
            outro=outro,
        )

    def _asked(self) -> "Words":
        text = _(
            "Thank you for your request. We are reviewing it and will get back to you by the "
            "next working day. Until then nothing changes, and you can undo the request in "
            "the portal."
        )
        return _("We are reviewing your change of plan"), (text,), ()

    def _planned(self) -> "Words":
        day = {"day": day_of(self.change.from_on)}
        text = _("Your plan changes on %(day)s. Until then you keep the plan you have.") % day
        undo = _("Until then you can undo the change in the portal.")
        return _("Your plan changes on %(day)s") % day, (text,), (undo,)

    def _changed(self) -> "Words":
        text = _("Your plan has been changed. Everything in it is available now.")
        invoice = self.change.invoice
        days = _(
            "For the days until your next regular invoice you get a separate invoice by "
            "e-mail. It credits what you paid for the old plan."
        )
        return _("Your plan has been changed"), (text,), (days,) if invoice else ()

    def _undone(self) -> "Words":
        text = _("The change of your plan is undone. Your plan stays as it is.")
        return _("Your plan stays as it is"), (text,), ()

    def _refused(self) -> "Words":
        text = _("We could not change your plan. It stays as it is, and nothing is charged.")
        return _("We could not change your plan"), (text,), ()

    def _rows(self) -> tuple[Row, ...]:
        change, subscription = self.change, self.subscription
        has_changed = self.event.kind == Event.CHANGED
        rows = [
            Row(_("Project"), typed(subscription.project.name)),
            Row(_("Previous plan") if has_changed else _("Current plan"), change.old_product.name),
            Row(_("New plan"), change.product.name),
        ]
        if self.event.kind in {Event.CHANGE_UNDONE, Event.CHANGE_REFUSED}:
            note = (Row(_("Reason"), typed(change.decision_note)),) if change.decision_note else ()
            return (*rows[:2], Row(_("Requested plan"), change.product.name), *note)
        if change.from_on:
            rows.append(Row(_("Effective from"), day_of(change.from_on)))
        rows.append(Row(_("Price"), self._price()))
        if change.discount_cents and change.discount_ends_on:
            then = money(change.list_cents, subscription.currency)
            text = _("until %(day)s, then %(price)s net")
            day = day_of(change.discount_ends_on)
            rows.append(Row(_("Discount"), text % {"day": day, "price": then}))
        if change.invoice:
            rows.append(Row(_("Invoice for these days"), self._sum(change.invoice)))
        if has_changed and subscription.next_period_on:
            rows.append(Row(_("Next regular invoice"), day_of(subscription.next_period_on)))
        return tuple(rows)

    def _price(self) -> str:
        change = self.change
        if not change.list_cents:
            return _("free of charge")
        yearly = change.interval == Interval.YEAR
        text = _("%(price)s a year, net") if yearly else _("%(price)s a month, net")
        return text % {"price": money(change.net_cents, self.subscription.currency)}

    def _sum(self, invoice: Invoice) -> str:
        return f"{invoice.number}: {money(invoice.gross_cents, invoice.currency)}"


# The subject, the paragraphs before the facts and those behind them.
Words = tuple[str, tuple[str, ...], tuple[str, ...]]


@receiver(subscription_event)
def queue_plan_change(sender: type[Subscription], event: SubscriptionEvent, **kwargs: Any) -> None:
    """Queue the mail about a change of plan, once, in the transaction of the change.

    The mail that the contract is cancelled says what it undoes.
    """
    subscription = event.subscription
    is_told_otherwise = event.kind == Event.CHANGE_UNDONE and subscription.cancelled_at
    admin, order = subscription.client.client_admin, subscription.order
    if event.kind not in TOLD or is_told_otherwise or admin.is_erased:
        return
    insert_missing(
        [
            Message(
                order=order,
                kind=Message.Kind.TIER_CHANGE,
                dedupe_key=f"event:{event.pk}",
                recipient=admin.email,
                language=admin.language if admin.joined_at else order.language,
                details={"event": event.pk},
            )
        ]
    )
