"""Erase stored responses that hold data of a user who deletes their account."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from shop.access.models import IdempotentResponse
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User


@receiver(user_erased)
def erase_responses(sender: type[User], user: User, emails: frozenset[str], **kwargs: Any) -> None:
    """Delete the responses to `user`, and those that contain one of their `emails`."""
    within = [Q(body__icontains=f'"{email}"') for email in emails]
    IdempotentResponse.objects.filter(reduce(or_, within, Q(user=user))).delete()
