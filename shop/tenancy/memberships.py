"""Take a member out of a project."""

from shop.tenancy.client_admins import administering
from shop.tenancy.models import Membership, User


def remove_membership(membership: Membership, admin: User) -> bool:
    """End `membership` with its invitations, whose links let nobody in any more.

    The place is free again. Who never joined stays as a user who can do nothing. A client_admin is
    not removed before they have handed over. False where there is nothing (any more) to remove.
    Raises NotTheirs.
    """
    with administering(membership.project.client, admin):
        found = Membership.objects.filter(pk=membership.pk).exclude(user=admin)
        return found.delete()[0] > 0
