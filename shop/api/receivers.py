"""Erase stored responses that hold data of a person who is erased."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from shop.access.models import IdempotentResponse
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.models import User


@receiver([user_erased, address_erased])
def erase_responses(
    sender: type[User], emails: frozenset[str], user: User | None = None, **kwargs: Any
) -> None:
    """Delete the responses to `user`, and those that contain one of their `emails`."""
    found = [Q(body__icontains=f'"{email}"') for email in emails]
    if user:
        found.append(Q(user=user))
    IdempotentResponse.objects.filter(reduce(or_, found)).delete()
