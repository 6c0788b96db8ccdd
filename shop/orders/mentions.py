"""Mentions: entries of an order's history that are addressed to a colleague."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.tenancy.models import User

if TYPE_CHECKING:
    from shop.orders.models import Order, OrderEvent

MOST_COUNTED = 99

# Sent in the transaction that writes them: `mentions`, of one event.
mentioned = Signal()


class Mention(models.Model):
    """A note that names a colleague, or an assignment to them; seen once they opened the order."""

    event = models.ForeignKey(
        "orders.OrderEvent", on_delete=models.CASCADE, related_name="mentions"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "orders"
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        indexes: ClassVar = [
            models.Index(fields=["user", "id"], name="mention_of_user"),
            models.Index(fields=["user"], name="mention_unseen", condition=models.Q(seen_at=None)),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "user"], name="mention_once_an_event")
        ]

    def __str__(self) -> str:
        return f"of user {self.user_id} in event {self.event_id}"


def mention(event: "OrderEvent", users: Iterable[User]) -> None:
    """Have `users` see that `event` is addressed to them; receivers of `mentioned` mail it, too.

    Nobody is told of what they did themselves. Call it in the transaction that writes the event.
    """
    others = [user for user in users if user.pk != event.actor_id]
    mentions = Mention.objects.bulk_create(Mention(event=event, user=user) for user in others)
    if mentions:
        mentioned.send(sender=Mention, mentions=mentions)


def mark_seen(user: User, order: "Order") -> None:
    """Note that `user` has opened the order. Writes nothing where nothing was unseen."""
    unseen = Mention.objects.filter(user=user, seen_at=None, event__order=order)
    found = list(unseen.values_list("pk", flat=True))
    if found:
        Mention.objects.filter(pk__in=found, seen_at=None).update(seen_at=timezone.now())


def count_unseen(user: User) -> int:
    """Return how many mentions `user` has not seen; at most one more than MOST_COUNTED."""
    return Mention.objects.filter(user=user, seen_at=None).values("pk")[: MOST_COUNTED + 1].count()
