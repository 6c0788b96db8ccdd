"""The client_admin of a client: exactly one user at any time (contract, "Who is who").

Each act of theirs first locks the client's row while it is theirs, so acts come one by one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.row_locks import lock_rows
from shop.tenancy.departure_rows import AppointmentRequest
from shop.tenancy.models import Client, Membership, User


class NotClientAdminError(Exception):
    """The user does not administer this client, or no longer."""


@contextmanager
def administering(client: Client, admin: User) -> Iterator[None]:
    """Lock `client` while `admin` acts for it. Raises NotClientAdminError first of all."""
    with transaction.atomic():
        if not lock_rows(Client.objects.filter(pk=client.pk, client_admin=admin)):
            raise NotClientAdminError
        yield


def successors(client: Client) -> QuerySet[User]:
    """Return the users `client` can be handed over to: joined members of its projects."""
    members = Membership.objects.filter(project__client=client, joined_at__isnull=False)
    joined = User.objects.filter(pk__in=members.values("user"), joined_at__isnull=False)
    return joined.filter(is_active=True).exclude(pk=client.client_admin_id)


def appoint(client: Client, user: User, staff: User | None = None) -> bool:
    """Make `user` client_admin in place of the one that `client` was loaded with.

    `staff` is who appoints them; an open request to do so is done. Returns False, and changes nothing, if somebody else was faster, or `user` is it already or
    gone.
    """
    if client.client_admin_id == user.pk:
        return False
    with transaction.atomic():
        # Deleting an account locks the user's row as well, so it cannot happen in between.
        if not lock_rows(User.objects.filter(pk=user.pk, is_active=True)):
            return False
        as_loaded = Client.objects.filter(pk=client.pk, client_admin=client.client_admin_id)
        if not as_loaded.update(client_admin=user):
            return False
        finish_request(client, staff)
    return True


def finish_request(client: Client, staff: User | None) -> None:
    """Mark the client's open request to appoint somebody as done, if there is one."""
    unfinished = AppointmentRequest.objects.filter(client=client, done_at=None)
    unfinished.update(done_at=timezone.now(), done_by=staff)


def hand_over(client: Client, admin: User, to: User) -> bool:
    """Make `to` client_admin in place of `admin`, whose unpacked orders for the client will fail.

    Returns False, and changes nothing, if `admin` does not administer `client` (any more) or `to`
    is not one of its joined members (any more).
    """
    with transaction.atomic():
        won = client.client_admin_id == admin.pk and appoint(client, to)
        # Checked after the client's row is locked: nobody can remove `to` from now on.
        won = won and successors(client).filter(pk=to.pk).exists()
        transaction.set_rollback(not won)
    return won
