"""The hold on mails and webhooks after a restore, as conditions of the queries that send."""

from django.db.models import Exists, OuterRef

from shop.worker.models import MessageHold

# For any query of messages: true while there is no hold.
NO_HOLD = ~Exists(MessageHold.objects.all())
# For rows with `created_at`: true if no hold began after they were written.
WRITTEN_SINCE_HOLD = ~Exists(MessageHold.objects.filter(since__gt=OuterRef("created_at")))


def message_hold() -> MessageHold | None:
    """Return the hold, the newest if there are several; None if messages leave the shop."""
    return MessageHold.objects.order_by("-since").first()
