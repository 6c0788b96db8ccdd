"""Mails and webhooks of archived orders: what waits keeps its order, what was sent expires."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.dispatch import receiver

from shop.notifications.emails.models import Message
from shop.notifications.webhooks.models import Delivery
from shop.orders.archive_keys import ABOUT, NAMED_BY
from shop.orders.archive_trimming import EXPIRING
from shop.orders.archiving import orders_needed
from shop.orders.models import Order

EXPIRING |= {
    "emails.message": "KEEP_MESSAGES_DAYS",
    "webhooks.delivery": "KEEP_DELIVERIES_DAYS",
}
NAMED_BY |= {"webhooks.delivery": "webhook_id"}
ABOUT |= {"emails.message": "user_id"}


@receiver(orders_needed)
def needed_by_messages(sender: type[Order], **kwargs: Any) -> Q:
    """Return the condition of orders with a mail or webhook that waits or is being sent."""
    mails = Message.objects.filter(
        order=OuterRef("pk"), state__in=(Message.State.WAITING, Message.State.SENDING)
    )
    webhooks = Delivery.objects.filter(
        order=OuterRef("pk"), state__in=(Delivery.State.WAITING, Delivery.State.SENDING)
    )
    return Q(Exists(mails)) | Q(Exists(webhooks))
