"""Accept an invitation and become a member."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.dispatch import Signal
from django.utils import timezone

from shop.content.models import Version
from shop.tenancy.models import Invitation, Membership, User
from shop.tenancy.passwords import hashed_password

# Sent in the transaction that makes them one, with the `membership`.
member_joined = Signal()


class LoginTakenError(Exception):
    """The login belongs to somebody else."""


@dataclass(frozen=True)
class NewMember:
    """The data a new member enters: `login` may be empty, `password` None beside a passkey."""

    password: str | None
    first_name: str
    last_name: str
    login: str
    language: str
    terms: Version | None = None


def join_as_new(invitation: Invitation, new: NewMember) -> bool:
    """Make the invited user known, and a member of this one project (contract, "Who is who").

    Whoever else has invited the address must not learn from this that it has joined, or the name:
    those invitations stay open. Returns False if the invitation was used meanwhile, or the user
    joined by another. Raises LoginTakenError.
    """
    user = invitation.membership.user
    # Outside the transaction: hashing takes as long as a hundred writes.
    password = hashed_password(new.password)
    try:
        with transaction.atomic():
            now = timezone.now()
            # Staff never join by an order, no matter who placed it.
            unknown = User.objects.filter(pk=user.pk, joined_at=None, is_staff=False)
            if not (unknown.update(joined_at=now) and _accept(invitation, now, new.terms)):
                transaction.set_rollback(True)
                return False
            user.first_name, user.last_name = new.first_name, new.last_name
            user.login, user.language, user.password = new.login or None, new.language, password
            user.is_active, user.joined_at = True, now
            user.save()
    except IntegrityError as error:
        raise LoginTakenError from error
    return True


def join_as_known(invitation: Invitation) -> bool:
    """Add a known user to this one project; False if the invitation was used meanwhile."""
    with transaction.atomic():
        return _accept(invitation, timezone.now())


def open_invitations(user: User) -> QuerySet[Invitation]:
    """Return the invitations of `user` to projects they have not joined, oldest first."""
    unused = Invitation.objects.filter(membership__user=user, used_at=None)
    return unused.filter(membership__joined_at=None).order_by("pk")


def login_is_free(login: str, user: User) -> bool:
    """Return whether `user` can have `login`; logins ignore case."""
    return not User.objects.filter(login__iexact=login).exclude(pk=user.pk).exists()


def _accept(invitation: Invitation, now: datetime, terms: Version | None = None) -> bool:
    """Use `invitation` and join its project; several may invite to the same one."""
    of_project = Invitation.objects.filter(membership=invitation.membership_id, used_at=None)
    # The counter as well: a newer mail may just have ended this link.
    unused = of_project.filter(pk=invitation.pk, counter=invitation.counter)
    if not unused.update(used_at=now, terms=terms):
        return False
    of_project.update(used_at=now)
    invited = Membership.objects.filter(pk=invitation.membership_id, joined_at=None)
    invited.update(joined_at=now)
    member_joined.send(sender=Membership, membership=invitation.membership)
    return True
