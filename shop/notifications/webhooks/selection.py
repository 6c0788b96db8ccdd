"""Select and claim the webhooks that are due, so that no receiver or partner crowds out others."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from shop.compiled_queries import CompiledQuery, Parameter
from shop.notifications.webhooks.models import Attempt, Delivery, Receiver
from shop.notifications.webhooks.retries import MAX_ATTEMPTS, MAX_FAILURES
from shop.worker import leases
from shop.worker.message_hold import NO_HOLD

SLOTS = 10  # calls under way at once
AT_ONCE = 3  # of one receiver
OF_ONE_APPLICATION = SLOTS // 2  # however many hosts it has: the others' calls find room

# To sign a call and to address it.
NEEDED = ("application__oauth_client__owner", "endpoint", "order")

WAITING, SENDING = Delivery.State.WAITING, Delivery.State.SENDING

ANYTHING_DUE = CompiledQuery(
    lambda: Delivery.objects.filter(
        Q(NO_HOLD, state=WAITING, next_attempt_at__lte=Parameter("now"))
        | Q(state=SENDING, lease_until__lt=Parameter("now"))
    ).values_list("pk")[:1]
)


def claim(number: int) -> list[Delivery]:
    """Claim up to `number` deliveries that are due, with their orders and applications.

    Of one order and receiver one at a time, earlier events first; of one receiver a few, and of
    one application half of all, so that there is room for the others.
    """
    now = timezone.now()
    chosen = list(islice(_choose(now), number))
    if not chosen:
        return []
    due = Delivery.objects.filter(_is_due(now), NO_HOLD)
    seconds = settings.WEBHOOK_LEASE_SECONDS
    claimed = leases.claim(due, chosen, seconds=seconds, state=SENDING)
    return _wanted(list(claimed.select_related(*NEEDED)))


def _wanted(claimed: list[Delivery]) -> list[Delivery]:
    """Those of `claimed` whose endpoint is not off. The others end here.

    What was being written while an endpoint was switched off or deleted waits all the same.
    """
    off = [each.pk for each in claimed if each.endpoint and not each.endpoint.enabled]
    if off:
        ended = {"state": Delivery.State.GONE, "lease_token": None, "lease_until": None}
        Delivery.objects.filter(pk__in=off, state=SENDING).update(**ended)
    return [each for each in claimed if each.pk not in off]


def reclaim_expired() -> None:
    """End the attempts of workers that died: try again at once, or give up after the last."""
    for delivery in leases.expired(Delivery.objects.filter(state=SENDING)):
        with transaction.atomic():
            if not leases.reclaim(delivery):
                continue
            now = timezone.now()
            state = WAITING if delivery.attempts < MAX_ATTEMPTS else Delivery.State.FAILED
            leases.release(delivery, state=state, next_attempt_at=now)
            Attempt.objects.create(delivery=delivery, at=now, failure=Attempt.Failure.STOPPED)


def is_anything_due() -> bool:
    """Tell if there may be something to claim or to reclaim: asked each second, mostly in vain."""
    return ANYTHING_DUE.first(now=timezone.now()) is not None


def _is_due(now: datetime) -> Q:
    return Q(state=WAITING, next_attempt_at__lte=now)


def _choose(now: datetime) -> Iterator[int]:
    candidates = list(_candidates(now))
    if not candidates:
        return
    ill = set(Receiver.objects.filter(failures__gte=MAX_FAILURES).values_list("address", flat=True))
    under_way = Delivery.objects.filter(state=SENDING)
    calls = list(under_way.values_list("receiver", "application"))
    to_receiver = Counter(receiver for receiver, _application in calls)
    by_application: Counter[int | None] = Counter(application for _receiver, application in calls)
    for pk, receiver, application in candidates:
        free = to_receiver[receiver] < (1 if receiver in ill else AT_ONCE)
        if free and by_application[application] < OF_ONE_APPLICATION:
            to_receiver[receiver] += 1
            by_application[application] += 1
            yield pk


def _candidates(now: datetime) -> QuerySet[Delivery, tuple[int, str, int | None]]:
    """A few due deliveries of each receiver that is not paused, longest due first."""
    earlier = Delivery.objects.filter(
        _is_due(now) | Q(state=SENDING),
        order=OuterRef("order"),
        receiver=OuterRef("receiver"),
        pk__lt=OuterRef("pk"),
    )
    paused = Receiver.objects.filter(paused_until__gt=now).values("address")
    due = Delivery.objects.filter(_is_due(now), ~Exists(earlier), NO_HOLD)
    due = due.exclude(receiver__in=paused)
    place = Window(RowNumber(), partition_by="receiver", order_by=["next_attempt_at", "pk"])
    few = due.annotate(place=place).filter(place__lte=AT_ONCE)
    return few.order_by("next_attempt_at", "pk").values_list("pk", "receiver", "application")
