"""Retention of what archived orders hold: their mails and webhooks expire there, too."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.orders.archive_contents import Contents, read, written
from shop.orders.archive_keys import keys_of
from shop.orders.archive_tables import label_of, relations_to, tables
from shop.orders.archived_order import ArchivedOrder

BATCH = 200
# By the label of the model: the setting with the days for which its rows are kept, from
# `created_at` on. The rooms of those rows write themselves in here.
EXPIRING: dict[str, str] = {}


def trim_at(contents: Contents) -> datetime | None:
    """The time at which the first row of `contents` expires; None where none ever does."""
    return min((at for label in EXPIRING for _row, at in _expiries(contents, label)), default=None)


def trim_archived(beat: Callable[[], None]) -> None:
    """Delete mails and webhooks of archived orders that are past their period; hourly.

    Calls `beat` before each batch.
    """
    now = timezone.now()
    due = ArchivedOrder.objects.filter(trim_at__lte=now).order_by("trim_at", "pk")
    while pks := list(due.values_list("pk", flat=True)[:BATCH]):
        beat()
        with transaction.atomic():
            # One that is brought back at this moment is no longer there, or is trimmed before.
            for row in due.filter(pk__in=pks).select_for_update():
                contents = read(bytes(row.contents))
                _trim(contents, now)
                ArchivedOrder.objects.filter(pk=row.pk).update(
                    contents=written(contents), trim_at=trim_at(contents)
                )
                row.keys.exclude(key__in=keys_of(contents)).delete()


def _expiries(contents: Contents, label: str) -> list[tuple[list[Any], datetime]]:
    held = contents.get(label)
    if held is None:
        return []
    place = held["columns"].index("created_at")
    period = timedelta(days=getattr(settings, EXPIRING[label]))
    return [(row, datetime.fromisoformat(row[place]) + period) for row in held["rows"]]


def _trim(contents: Contents, now: datetime) -> None:
    by_label = {table.label: table for table in tables()}
    for label in EXPIRING:
        gone = [row for row, at in _expiries(contents, label) if at <= now]
        if not gone:
            continue
        held = contents[label]
        place = held["columns"].index("id")
        pks = {row[place] for row in gone}
        held["rows"] = [row for row in held["rows"] if row[place] not in pks]
        for relation in relations_to(by_label[label].model):
            _drop_rows(contents, relation, pks)


def _drop_rows(contents: Contents, relation: Any, pks: set[Any]) -> None:
    """Drop the rows that hang on dropped ones, such as the attempts of a webhook."""
    held = contents.get(label_of(relation.related_model))
    if held is not None:
        place = held["columns"].index(relation.field.attname)
        held["rows"] = [row for row in held["rows"] if row[place] not in pks]
