"""Mails about the end of a contract: that it was cancelled, ends soon, and has ended."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.billing.contract_cancellation import can_take_back
from shop.billing.models import Subscription
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.notifications.emails.content import EmailContent, Link, Row, page_url, typed
from shop.notifications.emails.contract_samples import event_sample, soon_sample
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message

Kind, Event = Message.Kind, SubscriptionEvent.Kind


class ContractEmail(Email):
    """Base class of the mails about a contract, to the client_admin, joined or not.

    `details` of the message: `event`, the pk of the SubscriptionEvent.
    """

    def recipient(self) -> str:
        """Return the client_admin's address now, for a mail that is sent again."""
        return self.subscription.client.client_admin.email

    @cached_property
    def event(self) -> SubscriptionEvent:
        """The event that the mail is about."""
        number = self.message.details["event"]
        if isinstance(number, SubscriptionEvent):  # a sample
            return number
        parts = ("client__client_admin", "project", "product", "order")
        related = [f"subscription__{part}" for part in parts]
        changed = ("change__product", "change__old_product", "change__invoice")
        return SubscriptionEvent.objects.select_related(*related, *changed).get(pk=number)

    @property
    def subscription(self) -> Subscription:
        """The contract that the mail is about."""
        return self.event.subscription

    @property
    def ends_on(self) -> date | None:
        """The last day of the contract, as of the event."""
        told = parse_date(self.event.details.get("ends_on") or "")
        return told or self.subscription.ends_on

    def which(self) -> tuple[Row, ...]:
        """Return the rows by which the reader knows the contract."""
        return (
            Row(_("Project"), typed(self.subscription.project.name)),
            Row(_("Plan"), self.subscription.tier_name),
            Row(
                _("Order number"),
                self.subscription.order.order_number or "",
            ),
        )

    @property
    def export_until(self) -> date | None:
        """The last day on which the project's data can be downloaded."""
        if self.ends_on is None or self.subscription.project.export_until:
            return self.subscription.project.export_until
        # It is closed once the end is known, and that may be past.
        last = max(self.ends_on, timezone.localdate() - timedelta(days=1))
        return last + timedelta(days=settings.EXPORT_DAYS)

    def then(self) -> str:
        """Return what happens after the last day."""
        text = _(
            "After that day the project is closed for its members. You can still download its "
            "data until %(day)s; then it is deleted."
        )
        return text % {"day": day_of(self.export_until)}

    def to_contract(self) -> Link:
        """Return the link to the contract's page."""
        return Link(_("View your contract"), page_url("portal_subscription", self.subscription.pk))


class ContractCancelled(ContractEmail, kind=Kind.CANCELLATION):
    """Confirmation that a contract was cancelled, or that the cancellation was undone."""

    samples = (
        Sample(gettext_lazy("contract cancelled"), lambda: event_sample(Event.CANCELLED)),
        Sample(gettext_lazy("cancellation undone"), lambda: event_sample(Event.TAKEN_BACK)),
    )

    def content(self) -> EmailContent:
        """Return when the contract ends, and what happens then."""
        if self.event.kind == Event.TAKEN_BACK:
            return self._undone()
        cancelled = _(
            "Your contract is cancelled; its last day is %(day)s. Until then everything "
            "works as before."
        )
        gone = _("Your contract is cancelled. Its last day is %(day)s.") % {
            "day": day_of(self.ends_on)
        }
        undo = _("If you change your mind, you can undo the cancellation in the portal until then.")
        refund = _("If you have paid beyond that day, we refund the rest.")
        day = day_of(self.ends_on)
        return EmailContent(
            subject=_("Your contract ends on %(day)s") % {"day": day},
            intro=(cancelled % {"day": day}, undo) if can_take_back(self.subscription) else (gone,),
            rows=(
                *self.which(),
                Row(_("Cancelled on"), moment(self.subscription.cancelled_at or self.event.at)),
                Row(_("Last day of the contract"), day),
            ),
            action=self.to_contract(),
            outro=(self.then(), refund) if self.subscription.list_cents else (self.then(),),
        )

    def _undone(self) -> EmailContent:
        goes_on = _(
            "The cancellation of your contract is undone. Your contract continues as it was "
            "until you cancel it."
        )
        return EmailContent(
            subject=_("Your contract continues"),
            intro=(goes_on,),
            rows=self.which(),
            action=self.to_contract(),
        )


class ContractEndsSoon(ContractEmail, kind=Kind.ENDS_SOON):
    """Reminder some days before a contract ends.

    `details` of the message: `subscription`, its pk, and `days` before its last day.
    """

    samples = (
        Sample(gettext_lazy("two weeks before"), lambda: soon_sample(14)),
        Sample(gettext_lazy("a day before"), lambda: soon_sample(1)),
    )

    @cached_property
    def _found(self) -> Subscription:
        number = self.message.details["subscription"]
        if isinstance(number, Subscription):  # a sample
            return number
        related = ("client__client_admin", "project", "product", "order")
        return Subscription.objects.select_related(*related).get(pk=number)

    @property
    def subscription(self) -> Subscription:
        """The contract that ends soon."""
        return self._found

    @property
    def ends_on(self) -> date | None:
        """The last day of the contract."""
        return self.subscription.ends_on

    def is_obsolete(self) -> bool:
        """Tell whether the cancellation was undone since, or the contract has ended."""
        return self.subscription.cancelled_at is None or self.subscription.ended_at is not None

    def content(self) -> EmailContent:
        """Return the last day, and what can still be done until then."""
        day = day_of(self.ends_on)
        ends = _(
            "Your contract ends on %(day)s. That is the last day your members can work in "
            "the project."
        )
        ends %= {"day": day}
        undo = _("If you want to stay, undo the cancellation in the portal by then.")
        return EmailContent(
            subject=_("Your contract ends on %(day)s") % {"day": day},
            intro=(ends, undo) if can_take_back(self.subscription) else (ends,),
            rows=(*self.which(), Row(_("Last day of the contract"), day)),
            action=self.to_contract(),
            outro=(self.then(),),
        )


class ContractEnded(ContractEmail, kind=Kind.ENDED):
    """News that a contract has ended, and until when its data can be downloaded."""

    samples = (Sample(gettext_lazy("ended"), lambda: event_sample(Event.ENDED, days=-1)),)

    def content(self) -> EmailContent:
        """Return what is closed now, and what remains."""
        day = {"day": day_of(self.ends_on)}
        closed = _("Your contract ended on %(day)s. The project is closed for its members.") % day
        export = _("You can download its data until %(day)s; then it is deleted.")
        export %= {"day": day_of(self.export_until)}
        invoices = _("Your invoices stay available in the portal. Thank you for working with us.")
        return EmailContent(
            subject=_("Your contract has ended"),
            intro=(closed, export),
            rows=(*self.which(), Row(_("Last day of the contract"), day["day"])),
            action=self.to_contract(),
            outro=(invoices,),
        )


def day_of(value: date | None) -> str:
    """Return a day as its reader writes it; "" for none."""
    return date_format(value, "DATE_FORMAT") if value else ""


def moment(value: Any) -> str:
    """Return a moment in the shop's zone as its reader writes it."""
    return date_format(timezone.localtime(value), "DATETIME_FORMAT")
