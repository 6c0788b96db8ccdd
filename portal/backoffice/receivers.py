"""Forget for whom was searched, once they delete their account."""

from typing import Any

from django.dispatch import receiver
from django.http import QueryDict
from django.utils.http import urlencode

from portal.backoffice.models import Export
from shop.tenancy.erasure import user_erased
from shop.tenancy.models import User


@receiver(user_erased)
def erase_searches(sender: type[User], emails: frozenset[str], **kwargs: Any) -> None:
    """Take their addresses out of what was asked for when orders were exported."""
    for email in emails:
        text = urlencode({"q": email})[2:]
        for export in Export.objects.filter(filter__icontains=text):
            asked = QueryDict(export.filter, mutable=True)
            asked["q"] = "…"
            Export.objects.filter(pk=export.pk).update(filter=asked.urlencode())
