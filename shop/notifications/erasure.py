"""Forget what mails and webhooks told of somebody who deletes their account."""

import json
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from shop.notifications.models import Attempt, Delivery, MailboxEntry, Message
from shop.orders.models import Order
from shop.orders.order_erasure import FINISHED, PERSONAL, orders_erased
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User


@receiver(user_erased)
def erase_mails(sender: type[User], user: User, emails: frozenset[str], **kwargs: Any) -> None:
    """Delete the mails to them, but for those of orders under way; in the demo also the kept ones."""
    over = Q(order=None) | Q(order__state__in=FINISHED)
    Message.objects.filter(Q(user=user) | (Q(recipient__in=emails) & over)).delete()
    within = [Q(text__icontains=email) for email in emails]
    MailboxEntry.objects.filter(reduce(or_, within, Q(recipient__in=emails))).delete()


@receiver(orders_erased)
def erase_order_messages(sender: type[Order], orders: list[int], **kwargs: Any) -> None:
    """Delete the mails of these orders, and take the person out of their webhooks."""
    Message.objects.filter(order__in=orders).delete()
    Attempt.objects.filter(delivery__order__in=orders).update(answer="")
    for delivery in Delivery.objects.filter(order__in=orders):
        event = json.loads(delivery.payload)
        event["data"]["order"] |= dict.fromkeys(PERSONAL)
        # One that is still to be sent goes out without the person.
        Delivery.objects.filter(pk=delivery.pk).update(payload=json.dumps(event))
