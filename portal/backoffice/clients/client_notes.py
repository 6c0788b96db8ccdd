"""Notes about a client: written, deleted by their author, restored, and without erased people."""

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from portal.backoffice.audit_log import Act, record
from portal.backoffice.clients.note_rows import ClientNote
from shop.orders.order_erasure import redact
from shop.tenancy.models import Client, User

UNDOABLE_FOR = timedelta(days=1)


def notes_of(client: Client) -> QuerySet[ClientNote]:
    """Return the notes about `client`, the newest first."""
    found = ClientNote.objects.filter(client=client, deleted_at=None).select_related("author")
    return found.order_by("-pk")


def add_note(client: Client, staff: User, text: str) -> ClientNote:
    """Add a note about `client` by `staff`."""
    with transaction.atomic():
        record(staff, client, Act.NOTE_ADDED)
        return ClientNote.objects.create(client=client, author=staff, text=text)


def delete_note(note: ClientNote, staff: User) -> bool:
    """Delete a note of one's own; False if it is gone or somebody else's."""
    there = ClientNote.objects.filter(pk=note.pk, author=staff, deleted_at=None)
    with transaction.atomic():
        if not there.update(deleted_at=timezone.now()):
            return False
        record(staff, note.client, Act.NOTE_DELETED)
    return True


def restore_note(number: int, staff: User) -> bool:
    """Undo `delete_note` of the note with this primary key; False if that is too late."""
    gone = ClientNote.objects.filter(pk=number, author=staff, deleted_at__isnull=False)
    with transaction.atomic():
        if not gone.update(deleted_at=None):
            return False
        record(staff, gone.model.objects.get(pk=number).client, Act.NOTE_RESTORED)
    return True


def purge_deleted_notes(beat: Callable[[], None]) -> None:
    """Delete for good what was deleted a day ago; hourly."""
    beat()
    ClientNote.objects.filter(deleted_at__lt=timezone.now() - UNDOABLE_FOR).delete()


def erase_from_notes(user: User, emails: frozenset[str]) -> None:
    """Take a person's names out of the notes about clients that they are a member of."""
    names = {*emails, user.first_name, user.last_name, user.login}
    theirs: Any = Q(projects__memberships__user=user) | Q(client_admin=user)
    clients = Client.objects.filter(theirs).values("pk")
    redact_client_notes(clients, {str(name) for name in names if name})


def redact_client_notes(clients: QuerySet[Any, Any], names: Collection[str]) -> None:
    """Take `names` out of the notes about `clients`, a query of their primary keys."""
    for note in ClientNote.objects.filter(client__in=clients):
        if (text := redact(note.text, names)) != note.text:
            ClientNote.objects.filter(pk=note.pk).update(text=text)
