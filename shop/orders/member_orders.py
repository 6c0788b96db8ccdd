"""Invite somebody to a project: an order like any other, which adds a member."""

from collections.abc import Mapping
from typing import Any

from django.db.models.functions import Lower

from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.models import Order, State
from shop.orders.placing import Caller, place_order
from shop.orders.problems import Problem
from shop.tenancy.client_admins import administering
from shop.tenancy.models import Membership, Project, User

UNDER_WAY = (State.PENDING, State.PACKING, State.HAS_PACKING_ERRORS, State.NEED_HUMAN)


def invite(project: Project, admin: User, person: Mapping[str, Any]) -> Order:
    """The order that brings `person` (user_email and so on, language) into `project`.

    Pressed twice it is placed once: whom the project has, or is about to have, is not ordered
    again. Raises Refused by the members of the order document, and NotTheirs.
    """
    document = {
        "product": project.product.code,
        "client_id": project.client_id,
        "project_id": project.pk,
        **person,
    }
    with administering(project.client, admin):
        if _is_there(project, str(person.get("user_email", "")).lower()):
            raise InvalidDocumentError([Problem("user_email", "already_member")])
        return place_order(check_document(document, client_admin=admin), Caller(user=admin))


def _is_there(project: Project, email: str) -> bool:
    members = Membership.objects.filter(project=project)
    # Of who has not joined nothing but the address as it was ordered is known to a client_admin.
    if members.filter(user__email=email, joined_at__isnull=False).exists():
        return True
    ordered = Order.objects.annotate(address=Lower("user_email")).filter(address=email)
    delivered = ordered.filter(delivered_project=project)
    if members.filter(joined_at=None, invitations__order__in=delivered).exists():
        return True
    return ordered.filter(state__in=UNDER_WAY, project_id=project.pk).exists()
