"""The end of a project whose contract has ended: nobody joins, it is closed, it is emptied.

Its client_admin can export its data in between (contract, "Ending").
"""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.row_locks import lock_rows
from shop.tenancy.models import Invitation, Membership, Project
from shop.tenancy.signals import export_waived, project_closed


def open_projects() -> QuerySet[Project]:
    """Return the projects that their members can enter; see `Project.is_open`."""
    return Project.objects.filter(closed_at=None, client__closed_at=None)


def close_joins(project: Project) -> None:
    """Have nobody join any more: unused invitations and reserved seats are deleted."""
    with transaction.atomic():
        # Packing locks the project before it reserves a seat, and sees this then.
        still_open = Project.objects.filter(pk=project.pk, joins_closed_at=None)
        still_open.update(joins_closed_at=timezone.now())
        # In the order in which joining writes them. Who is joining at this moment is a member.
        unused = Invitation.objects.filter(membership__project=project, used_at=None)
        lock_rows(unused)
        unjoined = Membership.objects.filter(project=project, joined_at=None)
        lock_rows(unjoined)
        unused.delete()
        unjoined.delete()


def close_project(project: Project, export_until: date) -> None:
    """Close a project for its members but the client_admin, who can export until a day."""
    with transaction.atomic():
        still_open = Project.objects.filter(pk=project.pk, closed_at=None)
        if still_open.update(closed_at=timezone.now(), export_until=export_until):
            project_closed.send(sender=Project, project=project)


def waive_export(project: Project) -> bool:
    """End the time of export at once; False where the project is open, or it is over already."""
    today = timezone.localdate()
    with transaction.atomic():
        closed = Project.objects.filter(pk=project.pk, closed_at__isnull=False)
        if not closed.filter(export_until__gte=today).update(export_until=_before(today)):
            return False
        export_waived.send(sender=Project, project=project)
    return True


def empty_project(project: Project) -> None:
    """Take from a project what is left of its members and its name."""
    with transaction.atomic():
        Membership.objects.filter(project=project).delete()
        row = Project.objects.filter(pk=project.pk, erased_at=None).first()
        if row:
            row.name, row.url, row.erased_at = f"deleted project {row.pk}", "", timezone.now()
            # Saved, not updated: orders are found by its name.
            row.save(update_fields=["name", "url", "erased_at"])


def _before(day: date) -> date:
    return day - timedelta(days=1)
