"""The name of a client, which its client_admin may change; issued invoices keep the old one."""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from shop.row_locks import lock_rows
from shop.tenancy.client_admins import administering
from shop.tenancy.models import Client, User


def rename_client(client: Client, name: str, admin: User) -> bool:
    """Change the name, and note it in the client's history; False where it is that already.

    Raises NotClientAdminError.
    """
    with administering(client, admin):
        client.refresh_from_db(fields=["name"])
        before = client.name
        if name == before:
            return False
        client.name = name
        # Saved, not updated: orders are found by the names of their client.
        client.save(update_fields=["name"])
        LogEntry.objects.create(
            user=admin,
            content_type=ContentType.objects.get_for_model(Client),
            object_id=str(client.pk),
            object_repr="",
            action_flag=CHANGE,
            change_message=f"name: {before} → {name}",
        )
    return True


def rename_for(client: Client, name: str) -> bool:
    """Change the name for the client, as staff do, who log it themselves.

    Returns False if the name is no longer the one that `client` was loaded with, or is `name`.
    """
    if name == client.name:
        return False
    with transaction.atomic():
        if not lock_rows(Client.objects.filter(pk=client.pk, name=client.name)):
            return False
        client.name = name
        client.save(update_fields=["name"])
    return True
