"""Who administers a client: exactly one user, at any time (contract, "Who is who")."""

from shop.tenancy.models import Client, User


def appoint(client: Client, user: User) -> bool:
    """Make `user` client_admin in place of the one that `client` is known to have.

    False where somebody else was faster, or `user` is it already.
    """
    if client.client_admin_id == user.pk:
        return False
    as_known = Client.objects.filter(pk=client.pk, client_admin=client.client_admin_id)
    return bool(as_known.update(client_admin=user))
