"""Memberships: change a role, remove a member, give a reserved seat to somebody else."""

from django.db.models import F

from shop.row_locks import lock_rows
from shop.tenancy.client_admins import administering
from shop.tenancy.models import Invitation, Membership, Project, User


class NoSeatError(Exception):
    """The project has as many members as its tier allows."""


def change_role(membership: Membership, role: Membership.Role, admin: User) -> bool:
    """Give a member of one of `admin`'s projects `role`.

    Returns False if the member was removed meanwhile. Raises NotClientAdminError.
    """
    with administering(membership.project.client, admin):
        return bool(Membership.objects.filter(pk=membership.pk).update(role=role))


def remove_membership(membership: Membership, admin: User) -> bool:
    """Delete `membership` with its invitations, which frees the seat and ends their links.

    A user who never joined stays as a row that can do nothing. Returns False if the membership is
    gone already or is `admin`'s own: they must hand over first. Raises NotClientAdminError.
    """
    with administering(membership.project.client, admin):
        found = Membership.objects.filter(pk=membership.pk).exclude(user=admin)
        return found.delete()[0] > 0


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

    All links and codes sent so far end. `old` loses the seat unless they have joined, `keep` is
    set, or another invitation needs it. Call it in a transaction, and roll that back if this
    returns False (the invitation was used meanwhile) or raises NoSeatError (one more seat is needed
    than the tier has, and `beyond_tier` is not set).
    """
    if invitation:
        unused = Invitation.objects.filter(pk=invitation.pk, used_at=None)
        if not unused.update(counter=F("counter") + 1, code_tries=0):
            return False
    # Orders that compete for the last seat of the project wait for each other here.
    lock_rows(Project.objects.filter(pk=project.pk))
    before = Membership.objects.filter(user=old, project=project).first()
    role = before.role if before else Membership.Role.MEMBER
    membership, is_new = Membership.objects.get_or_create(
        user=new, project=project, defaults={"role": role}
    )
    if invitation:
        Invitation.objects.filter(pk=invitation.pk).update(membership=membership)
        invitation.refresh_from_db()
    freed = 0
    if new != old and not keep:
        left = Membership.objects.filter(user=old, project=project, joined_at=None)
        freed, _ = left.filter(invitations=None).delete()
    if is_new and not freed and not beyond_tier:
        members = Membership.objects.filter(project=project).count()
        if members > project.product.members:
            raise NoSeatError
    return True


def delete_unjoined(user: User) -> None:
    """Delete `user` if they never joined and nothing is reserved for them any more."""
    User.objects.filter(
        pk=user.pk, joined_at=None, is_active=False, memberships=None, administered_clients=None
    ).delete()
