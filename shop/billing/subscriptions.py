"""Subscriptions: they begin with packing, and staff decide about those that nobody uses."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from shop.billing.models import Invoice, Subscription
from shop.billing.periods import add_months, next_start
from shop.billing.signals import subscription_ended, subscription_started
from shop.billing.subscription_events import RELATED, record_event
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.billing.tier_changes import undo_changes
from shop.orders.models import Order, OrderEvent, State
from shop.tenancy.models import User

BATCH = 500


def begin_for(orders: Iterable[Order]) -> None:
    """Begin the subscriptions of orders that were packed just now, in their transaction.

    One that adds a member to a project begins none, nor one that staff packed without a project.
    """
    beginning = {order.pk: order for order in orders if _begins_one(order)}
    # The transition holds the orders' rows: nobody else begins them meanwhile.
    begun = Subscription.objects.filter(order__in=beginning).values_list("order", flat=True)
    for pk in begun if beginning else ():
        del beginning[pk]  # packed once more
    if beginning:
        today = timezone.localdate()
        new = [_of(order, today) for order in beginning.values()]
        Subscription.objects.bulk_create(new)
        subscription_started.send(sender=Subscription, subscriptions=new)


def begin_missing(beat: Callable[[], None]) -> None:
    """Begin the subscriptions of orders that the version before has packed; hourly.

    They are billed from their first monthly (or yearly) day after today: nothing before the upgrade
    is ever invoiced (contract, "Invoices"), and that counts for what the version before packs while
    it is being replaced, too. Nobody is told: the contract is an old one. Calls `beat` meanwhile.
    """
    last, today = 0, timezone.localdate()
    while orders := _without_subscription(last):
        beat()
        packed_at = _packed_at(orders)
        Subscription.objects.bulk_create(
            [
                _of(
                    order,
                    timezone.localdate(packed_at.get(order.pk, order.updated_at)),
                    after=today,
                )
                for order in orders
            ],
            ignore_conflicts=True,  # another worker may do the same
        )
        last = orders[-1].pk


def release(subscription: Subscription, by: User) -> bool:
    """Have a stranger's order invoiced although nobody has joined; False where it was meanwhile."""
    held = Subscription.objects.filter(pk=subscription.pk, released_at=None, ended_at=None)
    now = timezone.now()
    return bool(held.update(released_at=now, released_by=by, waits_for="", waits_since=None))


def end_without_invoice(subscription: Subscription, by: User) -> bool:
    """End a subscription that nobody has joined; False where somebody has, or it was invoiced.

    Its steps of ending follow, as of every other.
    """
    held = Subscription.objects.filter(
        ~Exists(Invoice.objects.filter(subscription=OuterRef("pk"))),
        pk=subscription.pk,
        waits_for=Subscription.WaitsFor.MEMBER,
        # PostgreSQL rechecks the row alone after waiting for another transaction's lock: issued
        # meanwhile, the period is another than was seen.
        next_period_on=subscription.next_period_on,
    )
    ended = {"ended_at": timezone.now(), "ended_by": by, "ends_on": timezone.localdate()}
    with transaction.atomic():
        if not held.update(**ended, next_period_on=None, waits_for="", waits_since=None):
            return False
        subscription = Subscription.objects.select_related(*RELATED).get(pk=subscription.pk)
        undo_changes(subscription, by)
        subscription_ended.send(sender=Subscription, subscription=subscription)
        record_event(subscription, SubscriptionEvent.Kind.ENDED, by)
    return True


def never_joined(today: date) -> QuerySet[Subscription]:
    """Subscriptions whose invoice has waited for the first member for JOIN_WAIT_DAYS, for staff."""
    before = today - timedelta(days=settings.JOIN_WAIT_DAYS)
    waiting = Subscription.objects.filter(waits_for=Subscription.WaitsFor.MEMBER)
    return waiting.filter(waits_since__lte=before)


def _begins_one(order: Order) -> bool:
    delivered = order.delivered_client_id is not None and order.delivered_project_id is not None
    return delivered and order.project_id is None


def _of(order: Order, started_on: date, after: date | None = None) -> Subscription:
    """The subscription of `order`, billed from the start, or from its first period after a day."""
    list_cents = order.net_cents + order.discount_cents
    first = started_on if after is None else next_start(started_on, order.interval, after)
    ends_on = None
    if order.discount_cents and order.discount_months is not None:
        ends_on = add_months(started_on, order.discount_months)
    return Subscription(
        order=order,
        client=order.delivered_client,
        project=order.delivered_project,
        product=order.product,
        interval=order.interval,
        list_cents=list_cents,
        discount_cents=order.discount_cents,
        discount_ends_on=ends_on,
        currency=order.currency,
        promo_code=order.promo_code or "",
        started_on=started_on,
        anchor_on=started_on,
        next_period_on=first if list_cents else None,
    )


def _without_subscription(last: int) -> Sequence[Order]:
    """The next packed orders that should have one and have none, behind number `last`."""
    packed = Order.objects.filter(
        Q(delivered_client__isnull=False, delivered_project__isnull=False),
        ~Exists(Subscription.objects.filter(order=OuterRef("pk"))),
        state=State.PACKED,
        project_id=None,
        pk__gt=last,
    )
    related = ("delivered_client", "delivered_project", "product")
    return list(packed.select_related(*related).order_by("pk")[:BATCH])


def _packed_at(orders: Sequence[Order]) -> dict[int, datetime]:
    packed = OrderEvent.objects.filter(
        order__in=[order.pk for order in orders], state=State.PACKED
    ).order_by()
    return dict(packed.values_list("order").annotate(at=Min("at")))
