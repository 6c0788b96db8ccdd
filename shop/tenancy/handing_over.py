"""Give a place in a project, kept for somebody who has yet to join, to somebody else."""

from django.db.models import F

from shop.tenancy.models import Invitation, Membership, Project, User


class NoSeatError(Exception):
    """The project has as many members as its tier allows."""


def transfer_seat(
    project: Project,
    old: User,
    new: User,
    invitation: Invitation | None,
    *,
    keep: bool,
    beyond_tier: bool,
) -> bool:
    """Make `new` the one whom `invitation` is for; its links and codes so far end.

    The place of `old` is given up unless they have joined, or `keep` or another invitation says
    that it is held for something else. False where `invitation` was used meanwhile. Raises NoPlace
    where one more is needed than the tier has, unless `beyond_tier`. To be called in a transaction,
    which is to be given up then.
    """
    if invitation:
        unused = Invitation.objects.filter(pk=invitation.pk, used_at=None)
        if not unused.update(counter=F("counter") + 1, code_tries=0):
            return False
    # Whoever writes the project's row first takes the last place: the others wait and then see.
    Project.objects.filter(pk=project.pk).update(name=F("name"))
    before = Membership.objects.filter(user=old, project=project).first()
    role = before.role if before else Membership.Role.MEMBER
    place, is_new = Membership.objects.get_or_create(
        user=new, project=project, defaults={"role": role}
    )
    if invitation:
        Invitation.objects.filter(pk=invitation.pk).update(membership=place)
        invitation.refresh_from_db()
    given_up = 0
    if new != old and not keep:
        left = Membership.objects.filter(user=old, project=project, joined_at=None)
        given_up, _ = left.filter(invitations=None).delete()
    if is_new and not given_up and not beyond_tier:
        members = Membership.objects.filter(project=project).count()
        if members > project.product.members:
            raise NoSeatError
    return True


def forget(user: User) -> None:
    """Delete somebody who has never joined, where nothing is kept for them any more."""
    User.objects.filter(
        pk=user.pk, joined_at=None, is_active=False, memberships=None, administered_clients=None
    ).delete()
