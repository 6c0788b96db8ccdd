"""Closing a client for its members but the client_admin, and opening it again."""

from django.db import transaction
from django.utils import timezone

from shop.tenancy.models import Client
from shop.tenancy.signals import client_closed, client_reopened


def close_client(client: Client) -> bool:
    """Close a client for its members; False where it is closed already."""
    with transaction.atomic():
        if not Client.objects.filter(pk=client.pk, closed_at=None).update(closed_at=timezone.now()):
            return False
        client_closed.send(sender=Client, client=client)
    return True


def reopen_client(client: Client) -> bool:
    """Open a client for its members again; False where it is open."""
    with transaction.atomic():
        closed = Client.objects.filter(pk=client.pk, closed_at__isnull=False)
        if not closed.update(closed_at=None):
            return False
        client_reopened.send(sender=Client, client=client)
    return True
