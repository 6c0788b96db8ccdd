"""Forget the kept answers that tell of somebody who deletes their account."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from shop.api.models import IdempotentResponse
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User


@receiver(user_erased)
def erase_responses(sender: type[User], user: User, emails: frozenset[str], **kwargs: Any) -> None:
    """Delete the answers to `user`, and those that have an address of theirs within."""
    within = [Q(body__icontains=f'"{email}"') for email in emails]
    IdempotentResponse.objects.filter(reduce(or_, within, Q(user=user))).delete()
