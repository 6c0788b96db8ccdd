"""Mail with the links to somebody's orders, asked for by number or by e-mail address."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.email_spellings import canonical_email, stored_email
from shop.notifications.emails.content import EmailContent, Link, Row, page_url
from shop.notifications.emails.kinds import Email, Sample
from shop.notifications.emails.models import Message
from shop.notifications.emails.samples import sample_order
from shop.orders.models import Order, State
from shop.orders.order_lookup import address_of, order_of_number, orders_of_address

AN_HOUR = 3  # mails of this kind to one address
OUT_OF_DATE = timedelta(days=1)  # nobody waits for it any more


class OrderLinks(Email, kind=Message.Kind.LINKS):
    """Links to the orders of an address, or to the one order that was asked for.

    `details` of the message: `order_number`, if one was asked for. The recipient is empty if there
    is no such order: the row is written all the same, so that no answer tells the two cases apart.
    """

    samples = (
        Sample(gettext_lazy("one order"), lambda: {"details": {"orders": [sample_order()]}}),
        Sample(gettext_lazy("several orders"), lambda: {"details": {"orders": _sample_orders()}}),
    )

    def is_obsolete(self) -> bool:
        """Tell whether there is nothing to send, or enough was sent to this address."""
        now = timezone.now()
        if not self.orders or now - self.message.created_at > OUT_OF_DATE:
            return True
        others = Message.objects.filter(kind=Message.Kind.LINKS, recipient=self.message.recipient)
        # Other workers may be sending those that were asked for before.
        now_sent = Q(state=Message.State.SENDING, pk__lt=self.message.pk)
        today = others.filter(now_sent | Q(sent_at__gt=now - timedelta(days=1)))
        if today.count() >= settings.MAILS_A_DAY:
            return True
        return others.filter(now_sent | Q(sent_at__gt=now - timedelta(hours=1))).count() >= AN_HOUR

    @cached_property
    def orders(self) -> list[Order]:
        """The orders to link to, the newest first."""
        if "orders" in self.message.details:  # a sample
            return list(self.message.details["orders"])
        if not self.message.recipient:
            return []
        number = self.message.details.get("order_number")
        if number is None:
            return orders_of_address(self.message.recipient)
        order = order_of_number(number)
        recipient = canonical_email(self.message.recipient)
        return [order] if order and canonical_email(address_of(order)) == recipient else []

    def content(self) -> EmailContent:
        """Return the links, each with its order's number, tier and state."""
        secret = _(
            "Anyone with a link can see the status of that order, so please keep it to yourself."
        )
        not_me = _("If you didn't ask for this, you can ignore this e-mail.")
        if len(self.orders) == 1:
            [order] = self.orders
            return EmailContent(
                subject=_("The link to your order"),
                intro=(_("You asked for the link to your order. Here it is."),),
                rows=(
                    Row(
                        _("Order number"),
                        order.order_number or "",
                    ),
                    Row(_("Plan"), order.tier_name),
                    Row(_("State"), str(State(order.state).label)),
                ),
                action=Link(_("Open the order"), page_url("registration", order.order_hash)),
                outro=(secret, not_me),
            )
        return EmailContent(
            subject=_("The links to your orders"),
            intro=(_("You asked for the links to your orders. Here they are, newest first."),),
            rows=tuple(
                Row(
                    order.order_number or "",
                    f"{order.tier_name} · {State(order.state).label}",
                    page_url("registration", order.order_hash),
                )
                for order in self.orders
            ),
            outro=(secret, not_me),
        )


def queue_links_of_address(email: str, language: str) -> None:
    """Queue the links to the orders of `email`, whether or not there are any."""
    _queue(stored_email(email), language)


def queue_link_of_number(order_number: str, language: str) -> None:
    """Queue the link to the order of this number for the order's own address."""
    order = order_of_number(order_number)
    recipient = stored_email(address_of(order)) if order else ""
    _queue(recipient, order.language if order else language, order_number=order_number)


def _queue(recipient: str, language: str, **details: str) -> None:
    Message.objects.create(
        kind=Message.Kind.LINKS, recipient=recipient, language=language, details=details
    )


def _sample_orders() -> list[Order]:
    return [sample_order(), sample_order(order_number="9WD2-VX4C", state=State.CANCELLED)]
