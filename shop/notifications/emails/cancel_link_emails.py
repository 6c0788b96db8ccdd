"""Mail with the link that cancels an order, asked for on the order's page."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shop.compiled_inserts import insert_missing
from shop.email_spellings import same_mailbox
from shop.notifications.emails.content import EmailContent, Link, page_url
from shop.notifications.emails.daily_limit import is_used_up
from shop.notifications.emails.models import Message
from shop.notifications.emails.order_emails import OrderEmail
from shop.notifications.emails.samples import order_sample
from shop.orders.cancel_links import cancel_link_address, cancel_token, link_reader
from shop.orders.cancellation import is_cancellable
from shop.orders.models import Order

AN_HOUR = 3  # mails of this kind about one order


class CancelLink(OrderEmail, kind=Message.Kind.CANCEL_ORDER):
    """The link by which the reader of the order's mailbox cancels it."""

    samples = (order_sample(gettext_lazy("requested on the page of the order")),)

    def is_obsolete(self) -> bool:
        """Tell whether the order cannot be cancelled any more, or its address is another one."""
        moved = not same_mailbox(cancel_link_address(self.order), self.message.recipient)
        return moved or not is_cancellable(self.order)

    def content(self) -> EmailContent:
        """Return the link. Nothing is cancelled by opening it."""
        days = settings.CANCEL_LINK_DAYS
        lifetime = ngettext(
            "The link works for %(days)s day, as long as the order is not set up.",
            "The link works for %(days)s days, as long as the order is not set up.",
            days,
        )
        url = page_url(
            "registration_cancel_by_link", self.order.order_hash, cancel_token(self.order)
        )
        return EmailContent(
            subject=_("Cancel your order?"),
            intro=(
                _("You asked on the page of your order for a link to cancel it. Here it is."),
                _("Opening the link does not cancel anything yet: the page asks you first."),
            ),
            rows=self.rows(),
            action=Link(_("Cancel the order"), url),
            outro=(
                lifetime % {"days": days},
                _(
                    "Didn't ask for this? Then ignore this e-mail. Your order stays as it is: only "
                    "this link can cancel it."
                ),
            ),
        )


def queue_cancel_link(order: Order) -> None:
    """Queue the link for the order's address, unless there is none or it had enough of them."""
    recipient = cancel_link_address(order)
    hour_ago = timezone.now() - timedelta(hours=1)
    earlier = order.messages.filter(kind=Message.Kind.CANCEL_ORDER)
    if not recipient or earlier.filter(created_at__gt=hour_ago).count() >= AN_HOUR:
        return
    if is_used_up(order, recipient):
        return
    reader = link_reader(order)
    message = Message(
        order=order,
        kind=Message.Kind.CANCEL_ORDER,
        # Of two that are asked for at once, one is sent.
        dedupe_key=f"link:{earlier.count()}",
        recipient=recipient,
        user=reader,
        language=reader.language if reader else order.language,
    )
    insert_missing([message])
