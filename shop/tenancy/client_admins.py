"""What a client_admin decides about their client (contract, "Who is who").

Whatever they do begins with a write to the client's own row, as long as it is theirs: two who act
at once, or one who is just handing over, come one after the other.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F, QuerySet

from shop.tenancy.models import Client, Membership, User


class NotClientAdminError(Exception):
    """The client is not, or no longer, this user's to administer."""


@contextmanager
def administering(client: Client, admin: User) -> Iterator[None]:
    """Hold `client` while `admin` acts for it. Raises NotTheirs; then nothing is written."""
    with transaction.atomic():
        if not Client.objects.filter(pk=client.pk, client_admin=admin).update(name=F("name")):
            raise NotClientAdminError
        yield


def successors(client: Client) -> QuerySet[User]:
    """Whom `client` can be handed over to: joined members of one of its projects."""
    members = Membership.objects.filter(project__client=client, joined_at__isnull=False)
    joined = User.objects.filter(pk__in=members.values("user"), joined_at__isnull=False)
    return joined.filter(is_active=True).exclude(pk=client.client_admin_id)


def hand_over(client: Client, admin: User, to: User) -> bool:
    """Make `to` the client_admin in the place of `admin`.

    Orders that `admin` has placed for the client and that are not packed yet will not be: at
    packing, who ordered must still be client_admin. False where `client` is no longer `admin`'s,
    or `to` is not one of its joined members (any more).
    """
    with transaction.atomic():
        # The new one's row first: whoever is deleting their account at this moment comes before
        # or after, never between.
        there = User.objects.filter(pk=to.pk, is_active=True).update(is_active=True)
        held = Client.objects.filter(pk=client.pk, client_admin=admin)
        won = bool(there and held.update(name=F("name")))
        won = won and successors(client).filter(pk=to.pk).exists()
        if won:
            Client.objects.filter(pk=client.pk).update(client_admin=to)
    return won


def change_role(membership: Membership, role: Membership.Role, admin: User) -> bool:
    """Give a member of one of `admin`'s projects `role`.

    False where the member was removed meanwhile. Raises NotTheirs.
    """
    with administering(membership.project.client, admin):
        return bool(Membership.objects.filter(pk=membership.pk).update(role=role))
