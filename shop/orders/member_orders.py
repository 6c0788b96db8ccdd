"""Invite and remove the members of a project, who may leave it, too.

An invitation is an order like any other.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from shop.email_spellings import canonical_email
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Order, OrderEvent
from shop.orders.placing import Caller, place_order
from shop.orders.problems import Problem
from shop.orders.states import UNDER_WAY
from shop.row_locks import lock_rows
from shop.tenancy.client_admins import administering
from shop.tenancy.memberships import leave, remove_for_staff, remove_membership
from shop.tenancy.models import Membership, Project, User


def invite(project: Project, admin: User, person: Mapping[str, Any]) -> Order:
    """Place the order that brings `person` (user_email, names, language) into `project`.

    Raises InvalidDocumentError, also for a member or somebody invited, and NotClientAdminError.
    """
    ids = {"client_id": project.client_id, "project_id": project.pk}
    document = {"product": project.product.code, **ids, **person}
    with administering(project.client, admin):
        if _is_there(project, canonical_email(str(person.get("user_email", "")))):
            raise InvalidDocumentError([Problem("user_email", "already_member")])
        return place_order(check_document(document, client_admin=admin), Caller(user=admin))


def remove_member(membership: Membership, admin: User) -> bool:
    """Remove a member, noted on their orders; False if already gone. Raises NotClientAdminError."""
    return _end(membership, admin, lambda: remove_membership(membership, admin))


def remove_member_for(membership: Membership, staff: User) -> bool:
    """Remove a member as `staff`, noted on their orders; False if already gone."""
    return _end(membership, staff, lambda: remove_for_staff(membership))


def leave_project(membership: Membership) -> bool:
    """End a member's own membership, noted on their orders; False if it is gone.

    A client_admin who leaves a project still administers its client.
    """
    return _end(membership, membership.user, lambda: leave(membership))


def _end(membership: Membership, actor: User, end: Callable[[], bool]) -> bool:
    with transaction.atomic():
        # Looked up first: deleting the invitations takes them off their orders.
        invited = Order.objects.filter(invitation__membership=membership)
        pks = list(invited.values_list("pk", flat=True))
        # Orders before the client, as an e-mail correction locks them; see `lock_rows`.
        lock_rows(Order.objects.filter(pk__in=pks))
        orders = Order.objects.filter(pk__in=pks)  # without those that were being archived
        ended = end()
        if ended:
            kind = OrderEvent.Kind.REMOVED
            events = [OrderEvent(order=order, kind=kind, actor=actor) for order in orders]
            OrderEvent.objects.bulk_create(events)
            orders.update(unreachable_since=None)
    return ended


def _is_there(project: Project, canonical: str) -> bool:
    members = project.memberships
    # A client_admin may learn nothing about somebody who has not joined except the e-mail that
    # was ordered, so those are found by their orders.
    if members.filter(user__canonical_email=canonical, joined_at__isnull=False).exists():
        return True
    ordered = Order.objects.filter(canonical_email=canonical)
    delivered = ordered.filter(delivered_project=project)
    if members.filter(joined_at=None, invitations__order__in=delivered).exists():
        return True
    return ordered.filter(state__in=UNDER_WAY, project_id=project.pk).exists()
