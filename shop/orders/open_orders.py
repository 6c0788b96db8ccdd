"""Open, find, hold and delete an owner's open order."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.access.models import Application
from shop.orders.models import Basket, Order, OrderEvent, State
from shop.orders.owners import Owner, new_owner_id
from shop.orders.placing import NotOpenError

TRIES = 5


class AlreadyOpenError(Exception):
    """The owner has an open order."""


def orders_of(owner: Owner) -> QuerySet[Order]:
    """All orders, open or placed, that are `owner`'s: by the OwnerId, else by the user."""
    if owner.owner_id:
        return Order.objects.filter(owner_digest=owner.digest)
    if owner.user:
        return Order.objects.filter(owner=owner.user)
    return Order.objects.none()


def open_orders_of(owner: Owner) -> QuerySet[Order]:
    """The open order of `owner`, if there is one."""
    return orders_of(owner).filter(state=State.NEW)


def find_open(owner: Owner) -> Order | None:
    """The open order of `owner`, with its basket and its tier."""
    return open_orders_of(owner).select_related("basket", "product").first()


def open_order(owner: Owner) -> tuple[Order, Owner]:
    """A new open order, and its owner: without an OwnerId they are given one.

    Raises AlreadyOpen. Any number of calls at once open one order.
    """
    for _try in range(TRIES):
        if find_open(owner):
            raise AlreadyOpenError
        named = owner if owner.owner_id else replace(owner, owner_id=new_owner_id())
        # Opened with both it belongs to both, unless that user has another open one.
        user = named.user
        if user and Order.objects.filter(owner=user, state=State.NEW).exists():
            user = None
        order = Order(owner_digest=named.digest, owner=user)
        try:
            with transaction.atomic():
                order.save()
                Basket.objects.create(order=order)
                OrderEvent.objects.create(order=order, state=State.NEW, actor=user)
        except IntegrityError:
            # Another call of this owner was faster; it may have gone on since.
            continue
        return order, named
    raise AlreadyOpenError


@contextmanager
def locked_basket(order: Order) -> Iterator[Basket]:
    """The basket of `order` as it is now, while nobody else can change or place it.

    What is changed in it, and on its order's tier, is written at the end. Raises NotOpen.
    """
    with transaction.atomic():
        # Whoever writes the order's row first goes first; the others wait and then see.
        held = Order.objects.filter(pk=order.pk, state=State.NEW)
        if not held.update(updated_at=timezone.now()):
            raise NotOpenError
        basket = Basket.objects.select_related("order__product").get(order=order)
        yield basket
        if basket.order.state == State.NEW:
            basket.save()
            Order.objects.filter(pk=order.pk).update(product=basket.order.product)


@dataclass(frozen=True)
class BasketUpdate:
    """The basket after a change; `owner` only where this change has opened the order."""

    basket: Basket
    owner: Owner | None


def update_open_order(owner: Owner, change: Callable[[Basket], None]) -> BasketUpdate:
    """Do `change` with the basket of `owner`'s open order; open one first where there is none.

    What `change` raises goes on to the caller; then nothing was opened either.
    """
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                order, named = find_open(owner), None
                if order is None:
                    order, named = open_order(owner)
                with locked_basket(order) as basket:
                    change(basket)
                return BasketUpdate(basket, named)
        except (AlreadyOpenError, NotOpenError):
            # Another call of this owner was faster: look at what it has left.
            continue
    raise AlreadyOpenError


def delete_open(order: Order, *, untouched_since: datetime | None = None) -> None:
    """Delete `order` with all it holds. Raises NotOpen, also where it was touched since."""
    now = timezone.now()
    with transaction.atomic():
        held = Order.objects.filter(pk=order.pk, state=State.NEW)
        if untouched_since:
            held = held.filter(updated_at__lt=untouched_since)
        if not held.update(updated_at=now):
            raise NotOpenError
        order.delete()


def visible_to(owner: Owner, application: Application | None = None) -> Q:
    """Which orders may be seen by their hash: one's own by either sign, and what one has placed."""
    seen = Q(pk=None)
    if owner.owner_id:
        seen |= Q(owner_digest=owner.digest)
    if owner.user:
        seen |= Q(owner=owner.user) | (Q(placed_by=owner.user) & ~Q(state=State.NEW))
    if application:
        seen |= Q(application=application) & ~Q(state=State.NEW)
    return seen
