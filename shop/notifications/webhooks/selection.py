"""Which webhooks are due, and whose they are: claimed by a filtered UPDATE, under a lease."""

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from shop.notifications.webhooks.models import Attempt, Delivery, Endpoint
from shop.notifications.webhooks.retries import MAX_ATTEMPTS, MOST_FAILURES

SLOTS = 10  # calls under way at once
AT_ONCE = 3  # of one receiver
OF_ONE_APPLICATION = SLOTS // 2  # however many hosts it has: the others' calls find room

WAITING, SENDING = Delivery.State.WAITING, Delivery.State.SENDING


def claim(number: int) -> list[Delivery]:
    """Up to `number` deliveries that are due, now ours; each with its order and application.

    Of one order one at a time, earlier changes first; of one receiver a few, and of one
    application half of all, so that there is room for the others.
    """
    now = timezone.now()
    chosen = list(_choose(number, now)) if number else []
    if not chosen:
        return []
    lease = timedelta(seconds=settings.WEBHOOK_LEASE_SECONDS)
    token = uuid.uuid4()
    Delivery.objects.filter(_is_due(now), pk__in=chosen).update(
        state=SENDING,
        # Counted before the work: a worker that is killed has tried, too.
        tries=F("tries") + 1,
        lease_token=token,
        lease_until=now + lease,
    )
    ours = Delivery.objects.filter(pk__in=chosen, lease_token=token)
    return list(ours.select_related("order__application__oauth_client__owner"))


def reclaim_expired() -> None:
    """Return deliveries whose worker died: their lease is over and nobody has ended the try."""
    now = timezone.now()
    for delivery in Delivery.objects.filter(state=SENDING, lease_until__lt=now):
        given_up = delivery.tries >= MAX_ATTEMPTS
        with transaction.atomic():
            over = Delivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token)
            if over.update(
                state=Delivery.State.FAILED if given_up else WAITING,
                next_try=now,
                lease_token=None,
                lease_until=None,
            ):
                Attempt.objects.create(delivery=delivery, at=now, fault=Attempt.Fault.STOPPED)


def _is_due(now: datetime) -> Q:
    return Q(state=WAITING, next_try__lte=now)


def _choose(number: int, now: datetime) -> Iterator[int]:
    candidates = list(_candidates(now))
    if not candidates:
        return
    ill = set(
        Endpoint.objects.filter(failures__gte=MOST_FAILURES).values_list("address", flat=True)
    )
    calls = list(
        Delivery.objects.filter(state=SENDING).values_list("receiver", "order__application")
    )
    to_receiver = Counter(receiver for receiver, _application in calls)
    by_application = Counter(application for _receiver, application in calls)
    for pk, receiver, application in candidates:
        if not number:
            return
        if to_receiver[receiver] >= (1 if receiver in ill else AT_ONCE):
            continue
        if by_application[application] >= OF_ONE_APPLICATION:
            continue
        to_receiver[receiver] += 1
        by_application[application] += 1
        number -= 1
        yield pk


def _candidates(now: datetime) -> QuerySet[Delivery, tuple[int, str, int]]:
    """A few due deliveries of each receiver that is not resting, longest due first."""
    earlier = Delivery.objects.filter(
        _is_due(now) | Q(state=SENDING), order=OuterRef("order"), pk__lt=OuterRef("pk")
    )
    resting = Endpoint.objects.filter(rest_until__gt=now).values("address")
    due = Delivery.objects.filter(_is_due(now), ~Exists(earlier)).exclude(receiver__in=resting)
    place = Window(RowNumber(), partition_by="receiver", order_by=["next_try", "pk"])
    few = due.annotate(place=place).filter(place__lte=AT_ONCE)
    return few.order_by("next_try", "pk").values_list("pk", "receiver", "order__application")
