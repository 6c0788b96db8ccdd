"""Remove a member, and write it into the history of the order that brought them in."""

from django.db import transaction
from django.db.models import F

from shop.orders.models import Order, OrderEvent
from shop.tenancy.memberships import remove_membership
from shop.tenancy.models import Membership, User


def remove_member(membership: Membership, admin: User) -> bool:
    """Take a member out of a project of `admin`'s client, with the link that invites them.

    False where there is nobody (any more) to remove. Raises NotTheirs.
    """
    with transaction.atomic():
        # Looked up before: the orders lose their invitations.
        orders = list(Order.objects.filter(invitation__membership=membership))
        # Their rows first, as whoever corrects an address has them: the two never wait in a ring.
        Order.objects.filter(pk__in=[order.pk for order in orders]).update(language=F("language"))
        removed = remove_membership(membership, admin)
        if removed:
            OrderEvent.objects.bulk_create(
                OrderEvent(order=order, kind=OrderEvent.Kind.REMOVED, actor=admin)
                for order in orders
            )
    return removed
