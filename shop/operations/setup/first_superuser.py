"""The first superuser, who joins by a link like any colleague."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.management import CommandError
from django.db import transaction
from django.utils import timezone

from shop.email_spellings import InvalidEmailError, check_email
from shop.logs import silent_logs
from shop.notifications.emails.content import page_url
from shop.notifications.emails.models import Message
from shop.notifications.emails.queue import queue_staff_invitation
from shop.notifications.emails.send import send
from shop.tenancy.colleagues import colleagues
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.models import StaffInvitation
from shop.tenancy.staff_invitations import (
    AlreadyStaffError,
    invite_superuser,
    staff_join_token,
)

MAILED = {Message.State.SENT, Message.State.SENDING}


@dataclass(frozen=True)
class Invited:
    """An open invitation, and the mail with its link; None if none was queued."""

    invitation: StaffInvitation
    mail: Message | None
    is_new: bool

    @property
    def expires_at(self) -> datetime:
        """The moment from which the mailed link works no more."""
        return self.invitation.sent_at + timedelta(days=settings.INVITATION_DAYS)

    @property
    def link(self) -> str:
        """A link to join. It ends no other one."""
        return page_url("staff_join", staff_join_token(self.invitation))


def superusers() -> list[str]:
    """Return the addresses of the superusers who may sign in."""
    return list(colleagues().filter(is_superuser=True).values_list("email", flat=True))


def invite_first_superuser(
    email: str, *, language: str, by_mail: bool, again: bool
) -> Invited | None:
    """Invite `email` as a superuser, and mail the link; None if they are one already.

    An invitation that is open is left as it is, unless `again`, or its mail could not be delivered.
    The mail does not need the worker. Raises CommandError.
    """
    try:
        check_email(email)
    except InvalidEmailError as error:
        raise CommandError(f"{email} is no e-mail address: {error}") from error
    if not again and (found := _open_invitation(email)):
        return found
    try:
        with transaction.atomic():
            invitation = invite_superuser(email, language)
            if by_mail:
                queue_staff_invitation(invitation)
    except AlreadyStaffError:
        return None
    mail = _mail_of(invitation) if by_mail else None
    if mail is not None:
        with silent_logs():
            send(mail.pk)
        mail.refresh_from_db()
    return Invited(invitation, mail, is_new=True)


def _open_invitation(email: str) -> Invited | None:
    user = user_by_email(email)
    found = StaffInvitation.objects.filter(user=user, used_at=None, superuser=True).first()
    if found is None:
        return None
    mail = _mail_of(found)
    invited = Invited(found, mail, is_new=False)
    lost = mail is not None and mail.state not in MAILED
    return None if lost or invited.expires_at < timezone.now() else invited


def _mail_of(invitation: StaffInvitation) -> Message | None:
    mails = Message.objects.filter(kind=Message.Kind.COLLEAGUE, user=invitation.user)
    return mails.filter(details__counter=invitation.counter).order_by("pk").last()
