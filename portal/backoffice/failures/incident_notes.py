"""Incident notes: written and closed by staff, and found for the orders that they are about."""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.backoffice.audit_log import Act, record
from portal.backoffice.failures.failure_groups import GroupKey
from portal.backoffice.models import IncidentNote
from shop.orders.corrections import STUCK
from shop.orders.models import Order
from shop.orders.order_erasure import redact
from shop.tenancy.models import User

RELATED = ("written_by", "closed_by")
NEWEST = 50


def notes_of_group(key: GroupKey) -> QuerySet[IncidentNote]:
    """Return the notes about a group, the newest first."""
    found = IncidentNote.objects.filter(fault=key.fault, step=key.step)
    return found.select_related(*RELATED)[:NEWEST]


def open_notes() -> dict[GroupKey, IncidentNote]:
    """Return the newest open note of each group that has one."""
    notes = IncidentNote.objects.filter(closed_at=None).order_by("pk")
    return {GroupKey(note.fault, note.step): note for note in notes}


def notes_about(order: Order) -> list[IncidentNote]:
    """Return the notes about an order: about its present error, and about earlier attempts.

    Without a failure there is no query but that of the order's attempts.
    """
    conditions = [
        Q(
            fault=attempt.fault,
            step=attempt.step,
            began_at__lte=attempt.ended_at,
        )
        & (Q(closed_at=None) | Q(closed_at__gte=attempt.ended_at))
        for attempt in order.attempt_records.all()
        if attempt.fault
    ]
    if order.state in STUCK:
        packing = getattr(order, "packing", None)
        step = packing.last_step if packing else ""
        conditions.append(Q(fault=order.fault, step=step, closed_at=None))
    if not conditions:
        return []
    found = IncidentNote.objects.filter(reduce(or_, conditions[-NEWEST:]))
    return list(found.select_related(*RELATED))


@transaction.atomic
def write_note(key: GroupKey, text: str, began_at: datetime, staff: User) -> IncidentNote:
    """Write a note about the failures of a group since `began_at`."""
    note = IncidentNote.objects.create(
        fault=key.fault, step=key.step, text=text, began_at=began_at, written_by=staff
    )
    record(staff, note, Act.INCIDENT_NOTED)
    return note


@transaction.atomic
def close_note(note: IncidentNote, staff: User) -> bool:
    """Close a note, so that it is not about later failures; False if it is closed already."""
    still_open = IncidentNote.objects.filter(pk=note.pk, closed_at=None)
    if not still_open.update(closed_at=timezone.now(), closed_by=staff):
        return False
    record(staff, note, Act.INCIDENT_CLOSED)
    return True


@transaction.atomic
def reopen_note(note: IncidentNote, staff: User) -> bool:
    """Reopen a note; False if it is open already."""
    closed = IncidentNote.objects.filter(pk=note.pk, closed_at__isnull=False)
    if not closed.update(closed_at=None, closed_by=None):
        return False
    record(staff, note, Act.INCIDENT_REOPENED)
    return True


def redact_notes(names: Collection[str]) -> None:
    """Take the names of erased people out of all notes."""
    for note in IncidentNote.objects.all():
        if (text := redact(note.text, names)) != note.text:
            IncidentNote.objects.filter(pk=note.pk).update(text=text)
