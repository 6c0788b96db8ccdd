"""Changes that may have caused failures: what staff changed of what orders depend on."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from portal.backoffice.audit_log import said_of
from shop.access.models import Application
from shop.catalogue.features import Feature
from shop.catalogue.models import Product, Promotion
from shop.catalogue.seller import Seller, VatRate
from shop.tenancy.models import Client, Project, User

BEFORE = timedelta(hours=24)  # a change may show later
NEWEST = 500  # entries that are looked at
SHOWN = 20
# What packing reads. Notes about failures cause none.
CAUSES = (Application, Product, Feature, Promotion, Seller, VatRate, Client, Project)


def changes_since(first: datetime, reader: User) -> list[dict[str, Any]]:
    """Return what was changed since a day before the `first` failure, the newest first.

    Old and new values are for readers who may look at the thing itself.
    """
    kinds = [each.pk for each in ContentType.objects.get_for_models(*CAUSES).values()]
    newest = LogEntry.objects.select_related("user", "content_type").order_by("-pk")[:NEWEST]
    found = [
        entry
        for entry in newest
        if entry.content_type_id in kinds and entry.action_time >= first - BEFORE
    ]
    return [
        {
            "at": entry.action_time,
            "actor": entry.user,
            "kind": entry.content_type.name if entry.content_type else "",
            "about": entry.object_repr,
            "is_before": entry.action_time < first,
            **said_of(entry),
            **({} if _may_look(reader, entry) else {"changes": []}),
        }
        for entry in found[:SHOWN]
    ]


def _may_look(reader: User, entry: LogEntry) -> bool:
    kind = entry.content_type
    return kind is not None and reader.has_perm(f"{kind.app_label}.view_{kind.model}")
