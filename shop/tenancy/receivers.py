"""Signal receiver: a user who has acted is erased, never deleted, so that the traces stay."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from shop.tenancy.models import User


@receiver(pre_delete, sender=User)
def protect_log(sender: type[User], instance: User, **kwargs: Any) -> None:
    """Raise ProtectedError if the admin's log names the user as who acted.

    Our own tables protect their actors by themselves; Django's log would be deleted with them.
    """
    acts = LogEntry.objects.filter(user=instance)
    if acts.exists():
        raise ProtectedError("This user has acted here: erase them instead.", set(acts))
