"""Who administers a client: exactly one user, at any time (contract, "Who is who")."""

from django.db import transaction

from shop.tenancy.models import Client, User


def appoint(client: Client, user: User) -> bool:
    """Make `user` client_admin in place of the one that `client` is known to have.

    False where somebody else was faster, `user` is it already, or is gone.
    """
    if client.client_admin_id == user.pk:
        return False
    with transaction.atomic():
        # Their row first: whoever is deleting their account at this moment comes before or after.
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=True):
            return False
        as_known = Client.objects.filter(pk=client.pk, client_admin=client.client_admin_id)
        return bool(as_known.update(client_admin=user))
