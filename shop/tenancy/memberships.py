"""Memberships: change a role, remove a member, give a reserved seat to somebody else."""

from shop.row_locks import lock_rows
from shop.tenancy.client_admins import administering
from shop.tenancy.invitations import replace_link
from shop.tenancy.models import Client, Invitation, Membership, Project, User


class NoSeatError(Exception):
    """The project has as many members as its tier allows."""


def change_role(membership: Membership, role: Membership.Role, admin: User) -> bool:
    """Give a member `role`; False if they were removed, or the project was closed, meanwhile.

    Raises NotClientAdminError.
    """
    with administering(membership.project.client, admin):
        there = Membership.objects.filter(pk=membership.pk, project__closed_at=None)
        return bool(there.update(role=role))


def remove_membership(membership: Membership, admin: User) -> bool:
    """Delete `membership` with its invitations, which frees the seat and ends their links.

    Returns False if it is gone or is `admin`'s own. Raises NotClientAdminError.
    """
    with administering(membership.project.client, admin):
        found = Membership.objects.filter(pk=membership.pk).exclude(user=admin)
        return found.delete()[0] > 0


def remove_for_staff(membership: Membership) -> bool:
    """Delete `membership` with its invitations, as staff do for a client; False if it is gone."""
    lock_rows(Client.objects.filter(pk=membership.project.client_id))
    return Membership.objects.filter(pk=membership.pk).delete()[0] > 0


def leave(membership: Membership) -> bool:
    """Delete a member's own `membership`, which frees the seat; False if it is gone."""
    joined = Membership.objects.filter(pk=membership.pk, joined_at__isnull=False)
    return joined.delete()[0] > 0


def transfer_seat(
    project: Project,
    old: User,
    new: User,
    invitation: Invitation | None,
    *,
    keep: bool,
    beyond_tier: bool,
) -> bool:
    """Give the seat that `old` was invited to, and its `invitation`, to `new`.

    Links and codes sent so far end. `old` keeps the seat if they have joined, `keep` is set, or
    another invitation needs it. Roll the transaction back if this returns False (the invitation was
    used meanwhile) or raises NoSeatError (the tier is full and `beyond_tier` not set).
    """
    if invitation and not replace_link(invitation):
        return False
    # Orders that compete for the last seat of the project wait for each other here.
    lock_rows(Project.objects.filter(pk=project.pk))
    before = project.memberships.filter(user=old).first()
    role = before.role if before else Membership.Role.MEMBER
    membership, is_new = project.memberships.get_or_create(user=new, defaults={"role": role})
    if invitation:
        Invitation.objects.filter(pk=invitation.pk).update(membership=membership)
        invitation.refresh_from_db()
    freed = 0
    if new != old and not keep:
        left = project.memberships.filter(user=old, joined_at=None, invitations=None)
        freed, _ = left.delete()
    needs_seat = is_new and not freed and not beyond_tier
    if needs_seat and project.memberships.count() > project.product.members:
        raise NoSeatError
    return True


def delete_unjoined(user: User) -> None:
    """Delete `user` if they never joined and nothing is reserved for them any more."""
    unjoined = User.objects.filter(pk=user.pk, joined_at=None, is_active=False)
    unjoined.filter(memberships=None, administered_clients=None, staff_invitation=None).delete()
