"""Delete what a person has told us of themselves, when they wish it.

The row stays, without anything personal, as others point at it: an order keeps who placed it.
"""

import json

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from shop.tenancy.models import Client, Membership, User

# Sent in the transaction of the deletion, before it, with `user` as they were and all their
# addresses as `emails`.
user_erased = Signal()


class StillAdministersError(Exception):
    """A client_admin hands over first (contract, "Who is who")."""


class NotErasableError(Exception):
    """Staff, or somebody who was deleted meanwhile."""


def erase_user(user: User) -> None:
    """Anonymise `user`: they can no longer sign in, and their address can be invited afresh.

    Ends memberships, invitations and their links, sessions, tokens, passkeys and second factors.
    Raises StillAdministers, and NotToForget.
    """
    emails = emails_of(user)
    with transaction.atomic():
        # The row first: whoever is handing a client over to them waits, and then sees.
        there = User.objects.filter(pk=user.pk, is_active=True, is_staff=False)
        if not there.update(is_active=False):
            raise NotErasableError
        if Client.objects.filter(client_admin=user).exists():
            raise StillAdministersError
        user_erased.send(sender=User, user=user, emails=emails)
        _delete_credentials(user)
        Membership.objects.filter(user=user).delete()
        EmailAddress.objects.filter(user=user).delete()
        of_users = ContentType.objects.get_for_model(User)
        LogEntry.objects.filter(content_type=of_users, object_id=str(user.pk)).update(
            object_repr="", change_message=""
        )
        User.objects.filter(pk=user.pk).update(
            email=f"deleted-{user.pk}@deleted.invalid",
            password=make_password(None),
            login=None,
            first_name="",
            last_name="",
            last_login=None,
        )
    _delete_sessions_that_name(emails)


def emails_of(user: User) -> frozenset[str]:
    """All addresses of `user` in lower case; one they have not proven may be somebody else's."""
    proven = EmailAddress.objects.filter(user=user, verified=True)
    others = proven.values_list("email", flat=True)
    return frozenset({user.email, *(email.lower() for email in others)})


def _delete_credentials(user: User) -> None:
    Token.objects.filter(user=user).delete()
    # A program of theirs goes on, with nobody behind it.
    OAuthClient.objects.filter(owner=user).update(owner=None)
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def _delete_sessions_that_name(emails: frozenset[str]) -> None:
    """Those of browsers in which an address was typed, and nobody went on to sign in.

    Each must be opened for that, which takes a while where there are many: not in the transaction.
    """
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        held = json.dumps(session.get_decoded()).lower()
        if any(json.dumps(email) in held for email in emails):
            session.delete()
