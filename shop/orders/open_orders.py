"""Open, find, lock and delete an owner's open order."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from shop.access.models import Application
from shop.compiled_queries import CompiledQuery, Parameter
from shop.orders.models import Basket, Order, OrderEvent, State
from shop.orders.placing import NotOpenError
from shop.tenancy.models import User
from shop.worker.row_failures import RowFailures

TRIES = 5


@dataclass(frozen=True)
class Owner:
    """The owner of an open order: a browser by its OwnerId, a user, or both (contract, "Owner")."""

    owner_id: str | None = None
    user: User | None = None

    @property
    def digest(self) -> str | None:
        """The stored form of the OwnerId, so that reading our rows gives nobody its rights."""
        if self.owner_id is None:
            return None
        return hashlib.sha256(self.owner_id.lower().encode()).hexdigest()

    def __bool__(self) -> bool:
        return bool(self.owner_id or self.user)


class AlreadyOpenError(Exception):
    """The owner has an open order already."""


def orders_of(owner: Owner) -> QuerySet[Order]:
    """The orders of `owner`, open or placed: by the OwnerId, else by the user."""
    if owner.owner_id:
        return Order.objects.filter(owner_digest=owner.digest)
    if owner.user:
        return Order.objects.filter(owner=owner.user)
    return Order.objects.none()


def open_orders_of(owner: Owner) -> QuerySet[Order]:
    """The open order of `owner`, if there is one, as a queryset."""
    return orders_of(owner).filter(state=State.NEW)


def find_open(owner: Owner) -> Order | None:
    """The open order of `owner`, with its basket and its tier."""
    if owner.owner_id:
        return _OPEN_OF_BROWSER.first(digest=owner.digest)
    return _OPEN_OF_USER.first(user=owner.user.pk) if owner.user else None


_OPEN = Order.objects.filter(state=State.NEW).select_related("basket", "product")
_OPEN_OF_BROWSER: CompiledQuery[Order] = CompiledQuery(
    lambda: _OPEN.filter(owner_digest=Parameter("digest"))[:1]
)
_OPEN_OF_USER: CompiledQuery[Order] = CompiledQuery(
    lambda: _OPEN.filter(owner=Parameter("user"))[:1]
)


def open_order(owner: Owner) -> tuple[Order, Owner]:
    """Open an order for `owner`, who is given an OwnerId if need be. Raises AlreadyOpenError."""
    for _try in range(TRIES):
        if find_open(owner):
            raise AlreadyOpenError
        named = owner if owner.owner_id else replace(owner, owner_id=str(uuid.uuid4()))
        # It belongs to both OwnerId and user, unless that user has another open order.
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
            # Another call was faster, and may have placed or deleted its order since.
            continue
        return order, named
    raise AlreadyOpenError


@contextmanager
def locked_basket(order: Order) -> Iterator[Basket]:
    """Lock the basket of `order`, then save it and the tier. Raises NotOpenError."""
    with transaction.atomic():
        # Writing the row locks it: others wait here, then see what was done.
        held = Order.objects.filter(pk=order.pk, state=State.NEW)
        if not held.update(updated_at=timezone.now()):
            raise NotOpenError
        basket = Basket.objects.select_related("order__product").get(order=order)
        tier = basket.order.product
        yield basket
        basket.save()
        if basket.order.state == State.NEW and basket.order.product != tier:
            Order.objects.filter(pk=order.pk).update(product=basket.order.product)


def update_open_order(
    owner: Owner, change: Callable[[Basket], object]
) -> tuple[Basket, Owner | None]:
    """Change the basket of `owner`'s open order; open one first if there is none.

    Returns the basket, and the owner if an order was opened. If `change` raises, none is.
    """
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                order, named = find_open(owner), None
                if order is None:
                    order, named = open_order(owner)
                with locked_basket(order) as basket:
                    change(basket)
                return basket, named
        except (AlreadyOpenError, NotOpenError):
            # Another call was faster: start again from its result.
            continue
    raise AlreadyOpenError


def delete_open(order: Order, *, untouched_since: datetime | None = None) -> None:
    """Delete an open `order`. Raises NotOpenError, also if it was changed `untouched_since`."""
    with transaction.atomic():
        held = Order.objects.filter(pk=order.pk, state=State.NEW)
        if untouched_since:
            held = held.filter(updated_at__lt=untouched_since)
        if not held.update(updated_at=timezone.now()):
            raise NotOpenError
        order.delete()


def delete_stale_baskets(beat: Callable[[], None]) -> None:
    """Delete open orders untouched for OPEN_ORDER_DAYS; call `beat` between two of them.

    Raises RowsFailedError once all had their turn.
    """
    before = timezone.now() - timedelta(days=settings.OPEN_ORDER_DAYS)
    failures = RowFailures()
    for order in Order.objects.filter(state=State.NEW, updated_at__lt=before).iterator():
        beat()
        failure = failures.logged("Open order %s could not be deleted.", order.pk)
        with failure, suppress(NotOpenError):
            delete_open(order, untouched_since=before)
    failures.tell()


def visible_to(owner: Owner, application: Application | None = None) -> Q:
    """Filter for orders that may be read by their hash: the owner's, and those placed by them."""
    seen = Q(pk=None)
    if owner.owner_id:
        seen |= Q(owner_digest=owner.digest)
    if owner.user:
        seen |= Q(owner=owner.user) | (Q(placed_by=owner.user) & ~Q(state=State.NEW))
    if application:
        seen |= Q(application=application) & ~Q(state=State.NEW)
    return seen
