"""Invitations of colleagues to the back office, by a signed link that is never stored.

Nobody has a power of the back office before they have used the link, whatever they were before. A
link is worth what its inviter may give when it is used: it ends with their own powers. An operator,
on the server itself, may give all of them.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from shop.row_locks import lock_rows
from shop.tenancy.colleagues import may_invite
from shop.tenancy.email_addresses import get_or_create_user
from shop.tenancy.invitations import LinkError
from shop.tenancy.joining import LoginTakenError, NewMember
from shop.tenancy.memberships import delete_unjoined
from shop.tenancy.models import StaffInvitation, User
from shop.tenancy.name_index import index_new
from shop.tenancy.passwords import hashed_password

SALT = "shop.tenancy.staff_invitation"


class AlreadyStaffError(Exception):
    """The user is a colleague already, or a demo user outside the demo."""


def invite_colleague(
    email: str, groups: Iterable[Group], invited_by: User, language: str
) -> StaffInvitation:
    """Invite the owner of `email`, in place of an earlier invitation. Raises AlreadyStaffError."""
    with transaction.atomic():
        user = get_or_create_user(email, first_name="", last_name="", language=language)
        index_new([user])
        # Locked, so that of two invitations at once the later one finds the earlier one.
        lock_rows(User.objects.filter(pk=user.pk))
        if user.is_known and (user.is_staff or not user.may_sign_in):
            raise AlreadyStaffError
        found, is_new = StaffInvitation.objects.get_or_create(
            user=user, defaults={"invited_by": invited_by}
        )
        if not is_new:
            _begin_anew(found, invited_by=invited_by, superuser=False)
        found.groups.set(groups)
    return found


def invite_superuser(email: str, language: str) -> StaffInvitation:
    """Invite the owner of `email` as a superuser, in place of an earlier invitation.

    Raises AlreadyStaffError if they are a superuser already.
    """
    with transaction.atomic():
        user = get_or_create_user(email, first_name="", last_name="", language=language)
        index_new([user])
        lock_rows(User.objects.filter(pk=user.pk))
        if user.is_known and (user.is_superuser or not user.may_sign_in):
            raise AlreadyStaffError
        found, is_new = StaffInvitation.objects.get_or_create(
            user=user, defaults={"invited_by": None, "superuser": True}
        )
        if not is_new:
            _begin_anew(found, invited_by=None, superuser=True)
        found.groups.clear()
    return found


def _begin_anew(found: StaffInvitation, **given: User | bool | None) -> None:
    again = {"used_at": None, "sent_at": timezone.now(), **given}
    StaffInvitation.objects.filter(pk=found.pk).update(counter=F("counter") + 1, **again)
    found.refresh_from_db()


def staff_join_token(invitation: StaffInvitation) -> str:
    """Return a token valid for INVITATION_DAYS, unless it is used or replaced before."""
    return _signer().sign(f"{invitation.pk}-{invitation.counter}")


def read_staff_join_token(token: str) -> StaffInvitation:
    """Return the invitation that `token` is valid for. Raises LinkError."""
    max_age = timedelta(days=settings.INVITATION_DAYS)
    try:
        value, expired = _signer().unsign(token, max_age=max_age), False
    except SignatureExpired:
        value, expired = _signer().unsign(token), True
    except BadSignature as error:
        raise LinkError(LinkError.Reason.DAMAGED) from error
    number, _, counter = value.partition("-")
    found = StaffInvitation.objects.select_related("user", "invited_by").filter(pk=number).first()
    if found is None:
        raise LinkError(LinkError.Reason.WITHDRAWN)
    if not (found.used_at or is_backed(found)):
        raise LinkError(LinkError.Reason.WITHDRAWN)
    if str(found.counter) != counter:
        raise LinkError(LinkError.Reason.REPLACED)
    if found.used_at:
        raise LinkError(LinkError.Reason.USED)
    if expired:
        raise LinkError(LinkError.Reason.EXPIRED)
    return found


def is_backed(invitation: StaffInvitation) -> bool:
    """Return whether its inviter may still give these roles; else the link lets nobody in."""
    return invitation.invited_by is None or _may_give(invitation.invited_by, invitation)


def _may_give(staff: User, invitation: StaffInvitation) -> bool:
    is_enough = staff.is_superuser or not invitation.superuser
    return is_enough and may_invite(staff, invitation.groups.all())


def renew(invitation: StaffInvitation, by: User | None = None) -> bool:
    """End the link of `invitation` for a new one; return False if it was used.

    It is the invitation of `by` then, if they may give its roles.
    """
    unused = StaffInvitation.objects.filter(pk=invitation.pk, used_at=None)
    taken_over = {"invited_by": by} if by and _may_give(by, invitation) else {}
    changed = unused.update(counter=F("counter") + 1, sent_at=timezone.now(), **taken_over)
    if changed:
        invitation.refresh_from_db()
    return bool(changed)


def withdraw(invitation: StaffInvitation) -> bool:
    """Delete `invitation` with a user who never joined otherwise; return False if it was used."""
    with transaction.atomic():
        # The UPDATE keeps the link from being used before the row is gone.
        if not renew(invitation):
            return False
        invitation.delete()
        delete_unjoined(invitation.user)
    return True


def join_staff_as_new(invitation: StaffInvitation, new: NewMember) -> bool:
    """Make the invited user known and a colleague; False if the link was used meanwhile.

    Raises LoginTakenError.
    """
    # Outside the transaction: hashing takes as long as a hundred writes.
    password, now = hashed_password(new.password), timezone.now()
    user = invitation.user
    try:
        with transaction.atomic():
            unknown = User.objects.filter(pk=user.pk, joined_at=None)
            if not (unknown.update(joined_at=now) and _use(invitation)):
                transaction.set_rollback(True)
                return False
            user.first_name, user.last_name = new.first_name, new.last_name
            user.login, user.language, user.password = new.login or None, new.language, password
            user.is_active, user.is_staff, user.joined_at = True, True, now
            user.save()
            _give_powers(invitation)
    except IntegrityError as error:
        raise LoginTakenError from error
    return True


def join_staff_as_known(invitation: StaffInvitation) -> bool:
    """Make a known user, who is signed in, a colleague; False if the link was used meanwhile."""
    with transaction.atomic():
        there = User.objects.filter(pk=invitation.user_id, is_active=True, joined_at__isnull=False)
        if not (there.update(is_staff=True) and _use(invitation)):
            transaction.set_rollback(True)
            return False
        _give_powers(invitation)
    return True


def _give_powers(invitation: StaffInvitation) -> None:
    """Give the roles of `invitation` and nothing that was left from an earlier time as staff."""
    user = invitation.user
    User.objects.filter(pk=user.pk).update(is_superuser=invitation.superuser)
    user.user_permissions.clear()
    user.groups.set(invitation.groups.all())


def _use(invitation: StaffInvitation) -> bool:
    # Locked: the inviter's access may be ending at this moment.
    if invitation.invited_by_id is not None:
        lock_rows(User.objects.filter(pk=invitation.invited_by_id))
    # The counter as well: a newer mail may just have ended this link.
    unused = StaffInvitation.objects.filter(
        pk=invitation.pk, counter=invitation.counter, used_at=None
    )
    found = unused.select_related("invited_by").first()
    if found is None or not is_backed(found):
        return False
    return bool(unused.update(used_at=timezone.now()))


def _signer() -> TimestampSigner:
    return TimestampSigner(sep="~", salt=SALT)
