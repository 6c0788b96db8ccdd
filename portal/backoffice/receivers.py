"""Erase a person from the record of exports."""

from typing import Any

from django.dispatch import receiver
from django.http import QueryDict
from django.utils.http import urlencode

from portal.backoffice.models import Export
from shop.tenancy.erasure import address_erased, user_erased
from shop.tenancy.models import User


@receiver([user_erased, address_erased])
def erase_searches(sender: type[User], emails: frozenset[str], **kwargs: Any) -> None:
    """Remove the person's e-mail addresses from the search texts of exports."""
    for email in emails:
        text = urlencode({"q": email})[2:]
        for export in Export.objects.filter(filter__icontains=text):
            asked = QueryDict(export.filter, mutable=True)
            asked["q"] = "…"
            Export.objects.filter(pk=export.pk).update(filter=asked.urlencode())
