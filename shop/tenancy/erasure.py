"""Erase a member's personal data when they delete their account.

The row stays, emptied, because others refer to it: an order keeps the user who placed it.
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

from shop.email_spellings import canonical_email, stored_email
from shop.tenancy.models import Client, Membership, User

# Sent inside the transaction, before anything is erased: `user`, and `emails`, all their addresses
# as `emails_of` spells them.
user_erased = Signal()


class StillAdministersError(Exception):
    """The user must hand over their clients first (contract, "Who is who")."""


class NotErasableError(Exception):
    """The user is staff, or was erased already."""


def erase_user(user: User) -> None:
    """Anonymise `user`, who can no longer sign in; their address can be invited again.

    Ends memberships, invitations, sessions, tokens, passkeys and second factors. Raises
    StillAdministersError and NotErasableError.
    """
    emails = emails_of(user)
    with transaction.atomic():
        # First of all, as it locks the row: a client cannot be handed over to them meanwhile.
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
        log = LogEntry.objects.filter(content_type=of_users, object_id=str(user.pk))
        log.update(object_repr="", change_message="")
        _empty(user)
    # Decoding every session takes too long for a transaction.
    _delete_sessions_with(emails)


def _empty(user: User) -> None:
    user.email = f"deleted-{user.pk}@deleted.invalid"
    user.login = user.last_login = None
    user.first_name = user.last_name = ""
    user.password = make_password(None)
    # Saved, not updated: orders are found by the names of their member.
    names = ("email", "login", "first_name", "last_name", "last_login", "password")
    user.save(update_fields=names)


def emails_of(user: User) -> frozenset[str]:
    """Return the verified addresses of `user`; others may be somebody else's.

    Each is there as accounts spell it and as mail servers do.
    """
    verified = EmailAddress.objects.filter(user=user, verified=True)
    emails = {user.email, *verified.values_list("email", flat=True)}
    return frozenset(spell(email) for email in emails for spell in (stored_email, canonical_email))


def _delete_credentials(user: User) -> None:
    Token.objects.filter(user=user).delete()
    # Their application goes on without an owner.
    OAuthClient.objects.filter(owner=user).update(owner=None)
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def _delete_sessions_with(emails: frozenset[str]) -> None:
    """Delete sessions in which an address was typed without signing in."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        held = json.dumps(session.get_decoded()).lower()
        if any(json.dumps(email) in held for email in emails):
            session.delete()
