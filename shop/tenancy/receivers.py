"""Signal receiver: a user who has acted is erased, never deleted, so that the traces stay."""

from typing import Any

from allauth.idp.oidc.models import Client as OAuthClient
from django.contrib.admin.models import LogEntry
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from shop.tenancy.models import User


@receiver(pre_delete, sender=User)
def protect_traces(sender: type[User], instance: User, **kwargs: Any) -> None:
    """Raise ProtectedError if the user is in the admin's log or owns a partner's application.

    Our own tables protect their actors by themselves; rows of these libraries would be deleted
    with the user.
    """
    for rows in (
        LogEntry.objects.filter(user=instance),
        OAuthClient.objects.filter(owner=instance),
    ):
        if rows.exists():
            raise ProtectedError("This user has acted here: erase them instead.", set(rows))
