"""Erase a person's personal data: a user's, or that of somebody who ordered without an account.

A user's row stays, emptied, because others refer to it: an order keeps the user who placed it.
"""

import json
from collections.abc import Callable, Collection

from allauth.account.models import EmailAddress
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from shop.access.tokens import end_access
from shop.email_spellings import canonical_email, stored_email
from shop.row_locks import lock_rows
from shop.tenancy.departure_rows import AppointmentRequest, DeletionWish
from shop.tenancy.email_addresses import user_by_email
from shop.tenancy.erased_email import erased_email
from shop.tenancy.factor_reset_rows import FactorReset
from shop.tenancy.models import (
    Client,
    Membership,
    StaffInvitation,
    User,
)
from shop.tenancy.needed_clients import needed_clients

# Sent inside the transaction, before anything is erased: `user`, and `emails`, all their addresses
# as `emails_of` spells them.
user_erased = Signal()
# The same for somebody without an account: `emails` alone.
address_erased = Signal()


class StillAdministersError(Exception):
    """A client still needs the user as its client_admin (contract, "Who is who")."""


class NotErasableError(Exception):
    """The user is staff, or was erased already; or the address belongs to a user."""


def erase_user(user: User, record: Callable[[], None] = lambda: None) -> None:
    """Anonymise `user`, who can no longer sign in; their address can be invited again.

    Ends memberships, invitations, sessions, tokens, passkeys and second factors. A client that
    needs its client_admin no more keeps the emptied row. Calls `record` at the end of the
    transaction. Raises StillAdministersError and NotErasableError.
    """
    # Decoding every session takes too long for a transaction.
    delete_sessions_with(anonymise_user(user, record))


def anonymise_user(
    user: User,
    record: Callable[[], None] = lambda: None,
    *,
    check: Callable[[], None] = lambda: None,
) -> frozenset[str]:
    """Do the same but for sessions with the addresses of `user`, which are returned.

    Calls `check`, which may raise, once the user's row is locked.
    """
    emails = emails_of(user)
    with transaction.atomic():
        # First of all, as it locks the row: a client cannot be handed over to them meanwhile.
        # Somebody who never joined is inactive, but can be erased.
        there = User.objects.filter(pk=user.pk, is_staff=False)
        if not there.exclude(email=erased_email(user.pk)).update(is_active=False):
            raise NotErasableError
        # Nobody orders for the clients meanwhile.
        lock_rows(Client.objects.filter(client_admin=user))
        if needed_clients(user):
            raise StillAdministersError
        check()
        user_erased.send(sender=User, user=user, emails=emails)
        _delete_credentials(user)
        Membership.objects.filter(user=user).delete()
        StaffInvitation.objects.filter(user=user).delete()
        EmailAddress.objects.filter(user=user).delete()
        AppointmentRequest.objects.filter(asked_by=user).delete()
        FactorReset.objects.filter(user=user).delete()
        of_users = ContentType.objects.get_for_model(User)
        log = LogEntry.objects.filter(content_type=of_users, object_id=str(user.pk))
        log.update(object_repr="", change_message="")
        _empty(user)
        record()
        DeletionWish.objects.filter(user=user).delete()
    return emails


def erase_address(email: str, record: Callable[[], None] = lambda: None) -> None:
    """Erase the person who ordered as `email` and has no account.

    Calls `record` at the end of the transaction. Raises NotErasableError.
    """
    emails = spellings(email)
    with transaction.atomic():
        if user_by_email(email):
            raise NotErasableError
        address_erased.send(sender=User, emails=emails)
        record()
    delete_sessions_with(emails)


def _empty(user: User) -> None:
    user.email = erased_email(user.pk)
    user.login = user.last_login = None
    user.first_name = user.last_name = user.time_zone = ""
    user.password = make_password(None)
    # Saved, not updated: orders are found by the names of their member.
    names = ("email", "login", "first_name", "last_name", "last_login", "password", "time_zone")
    user.save(update_fields=names)


def emails_of(user: User) -> frozenset[str]:
    """Return the verified addresses of `user`; others may be somebody else's.

    Each is there as accounts spell it and as mail servers do.
    """
    verified = EmailAddress.objects.filter(user=user, verified=True)
    emails = {user.email, *verified.values_list("email", flat=True)}
    return frozenset(spelling for email in emails for spelling in spellings(email))


def spellings(email: str) -> frozenset[str]:
    """Return `email` as accounts spell it and as mail servers do."""
    return frozenset({stored_email(email), canonical_email(email)})


def _delete_credentials(user: User) -> None:
    end_access(user)
    # Their application goes on without an owner.
    OAuthClient.objects.filter(owner=user).update(owner=None)
    Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()


def delete_sessions_with(emails: Collection[str]) -> None:
    """Delete sessions in which an address was typed without signing in."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        held = json.dumps(session.get_decoded()).lower()
        if any(json.dumps(email) in held for email in emails):
            session.delete()
