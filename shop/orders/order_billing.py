"""Billing data of an order: filled in while unset, and made the client's when it is packed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.dispatch import Signal, receiver

from shop.catalogue.vat_ids import canonical_vat_id
from shop.change_times import later_change
from shop.orders.billing_fields import BillingData, all_members, check_billing
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order, OrderEvent, State
from shop.orders.problems import Problem
from shop.orders.signals import order_corrected
from shop.orders.states import state_changed
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import User

# Sent in the transaction, with the `order` whose billing data were filled in or changed.
billing_given = Signal()

CLOSED = (State.NEW, State.CANCELLED)


def lacks_billing() -> Q:
    """Select the paid orders that begin a subscription and have nobody who is billed yet."""
    client = Coalesce(OuterRef("delivered_client"), OuterRef("client_id"))
    known = Exists(BillingProfile.objects.filter(client=client))
    placed = Q(billing__isnull=True, project_id=None, net_cents__gt=0) & ~Q(state__in=CLOSED)
    return placed & ~Q(known)


def fill_in_billing(order: Order, billing: Mapping[str, Any], *, actor: User | None = None) -> bool:
    """Write the unset `billing` of an order that is not cancelled; the first write wins.

    After packing it becomes the client's, too, where the client has none. Returns False, and writes
    nothing, if somebody was faster, the order is cancelled or its client has billing data. Raises
    InvalidDocumentError. (contract, "Orders API")
    """
    given = _checked(billing)
    if _client_has_billing(order):
        order.refresh_from_db()
        return False
    unset = Order.objects.filter(pk=order.pk, billing__isnull=True)
    return _write(order, unset.exclude(state__in=CLOSED), given, actor)


def check_fill_in(order: Order, billing: Mapping[str, Any]) -> dict[str, Any]:
    """Return `billing` as it would be filled in. Raises InvalidDocumentError."""
    if order.billing is not None:
        raise InvalidDocumentError([Problem("billing", "billing_is_set")])
    if _client_has_billing(order):
        raise InvalidDocumentError([Problem("billing", "client_has_billing")])
    return _checked(billing)


def pass_on_billing(order: Order) -> None:
    """Make billing data that were just given its client's, too, if `order` is packed; tell others.

    Call it in the transaction that has written them.
    """
    if order.state == State.PACKED:
        make_profile(order)
    billing_given.send(sender=Order, order=order)


def change_billing(order: Order, billing: Mapping[str, Any], *, actor: User) -> bool:
    """Replace the billing data of an order that is not packed yet; callers check permission.

    Those of a client are changed in its profile. Returns False, and writes nothing, if the order
    was packed or cancelled meanwhile. Raises InvalidDocumentError.
    """
    given = _checked(billing)
    unfinished = Order.objects.filter(pk=order.pk).exclude(state__in=(*CLOSED, State.PACKED))
    return _write(order, unfinished, given, actor)


def make_profile(order: Order) -> BillingProfile | None:
    """Make the billing data of a packed `order` those of its client, unless the client has some.

    Returns the client's, or None where there are none.
    """
    BillingProfile.objects.bulk_create(_profiles([order]), ignore_conflicts=True)
    return BillingProfile.objects.filter(client=order.delivered_client_id).first()


@receiver(state_changed)
def make_profiles(sender: type[Order], orders: Sequence[Order], **kwargs: Any) -> None:
    """Make the billing data of packed orders those of their clients, where these have none.

    Not a step: between the claim and the end of packing somebody may fill them in. `orders` were
    read again under the lock of the transition, and whoever comes later finds the client.
    """
    if orders[0].state == State.PACKED:
        BillingProfile.objects.bulk_create(_profiles(orders), ignore_conflicts=True)


def profile_fields(billing: Mapping[str, Any]) -> dict[str, str]:
    """Return `billing` of an order document as the columns of a `BillingProfile`."""
    fields = {name: value or "" for name, value in all_members(billing).items()}
    return {**fields, "vat_id": canonical_vat_id(fields["vat_id"])}


def _profiles(orders: Iterable[Order]) -> list[BillingProfile]:
    return [
        BillingProfile(client_id=order.delivered_client_id, **profile_fields(order.billing))
        for order in orders
        if order.billing and order.delivered_client_id
    ]


def _client_has_billing(order: Order) -> bool:
    number = order.delivered_client_id or order.client_id
    return bool(number) and BillingProfile.objects.filter(client=number).exists()


def _checked(billing: Mapping[str, Any]) -> dict[str, Any]:
    problems: list[Problem] = check_billing(billing)
    if problems:
        raise InvalidDocumentError(problems)
    return BillingData.model_validate(billing).model_dump(exclude_none=True)


def _write(order: Order, rows: Any, billing: dict[str, Any], actor: User | None) -> bool:
    with transaction.atomic():
        # Whoever comes second waits here, and then finds what the first has written.
        won = bool(rows.update(billing=billing, updated_at=later_change()))
        if won:
            order.refresh_from_db()
            kind, fields = OrderEvent.Kind.DETAILS, {"fields": ["billing"]}
            OrderEvent.objects.create(order=order, kind=kind, actor=actor, details=fields)
            pass_on_billing(order)
            order_corrected.send(sender=Order, order=order)
    if not won:
        order.refresh_from_db()
    return won
