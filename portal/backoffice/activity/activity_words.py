"""Lines of the activity in words: who, what, about which thing, with the link to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.backoffice.activity.activity_filters import kind_of
from portal.backoffice.activity.activity_rows import users_of
from portal.backoffice.audit_log import said_of
from portal.backoffice.exports.export_words import filter_words
from portal.backoffice.models import BulkJob, Export
from portal.backoffice.navigation import link_to
from portal.backoffice.order.hidden_hashes import without_hashes
from portal.backoffice.order.offered_action import MEND
from portal.backoffice.order.timeline import event_text, verb_of
from shop.orders.models import OrderEvent
from shop.tenancy.colleagues import name_of
from shop.tenancy.models import User

# By model: the name of its page, and the names of the arguments that the primary key is for.
PAGES: dict[str, tuple[str, ...]] = {
    "orders.order": ("staff_order", "pk"),
    "access.application": ("staff_application", "pk"),
    "tenancy.client": ("staff_client", "pk"),
    "tenancy.billingprofile": ("staff_client", "pk"),
    "tenancy.project": ("staff_project", "pk"),
    "billing.subscription": ("staff_subscription", "pk"),
    "billing.declaration": ("staff_declaration", "pk"),
    "billing.declarationcase": ("staff_declaration", "pk"),
    "billing.overduecase": ("staff_reminders",),
    "billing.remindertext": ("staff_reminders",),
    "catalogue.seller": ("staff_seller",),
    "catalogue.product": ("staff_tier", "pk"),
    "catalogue.feature": ("staff_feature", "pk"),
    "catalogue.promotion": ("staff_promotion", "pk"),
    "backoffice.incidentnote": ("staff_failures",),
    "content.page": ("staff_legal_page", "slug"),
    "content.question": ("staff_questions",),
    "content.figure": ("staff_proof",),
    "content.quote": ("staff_proof",),
    "content.reference": ("staff_proof",),
}


@dataclass(frozen=True)
class Line:
    """One act: `about` names the thing, `url` leads to it where the reader may go there."""

    at: datetime
    who: str
    kind: str
    what: str
    about: str
    url: str = ""
    note: str = ""
    changes: Sequence[tuple[str, str, str]] = field(default=())


def lines_of(rows: Iterable[Any], reader: User) -> list[Line]:
    """Return the lines of `rows` for `reader`, in one query for the people they are about.

    Readers who may not mend orders get no order's hash (contract, "Who is who").
    """
    rows = list(rows)
    people = User.objects.in_bulk(users_of(rows))
    lines = [_line_of(row, reader, people) for row in rows]
    return lines if reader.has_perm(MEND) else [_without_hashes(line) for line in lines]


def _without_hashes(line: Line) -> Line:
    return replace(
        line,
        about=without_hashes(line.about),
        note=without_hashes(line.note),
        changes=[
            (label, without_hashes(old), without_hashes(new)) for label, old, new in line.changes
        ],
    )


def _line_of(row: Any, reader: User, people: Mapping[int, User]) -> Line:
    match row:
        case OrderEvent():
            return _of_event(row, reader)
        case LogEntry():
            return _of_entry(row, reader, people)
        case Export():
            return _of_export(row, reader)
        case _job:
            return _of_job(row, reader)


def _of_event(event: OrderEvent, reader: User) -> Line:
    what = str(event.get_kind_display())
    if event.kind == OrderEvent.Kind.STATE:
        what = _of_state(event)
    bulk = event.details.get("bulk")
    note = event_text(event)
    if bulk:
        note = " · ".join(filter(None, (note, _("Bulk action %(number)s") % {"number": bulk})))
    return Line(
        at=event.at,
        who=name_of(event.actor),
        kind="orders",
        what=what,
        about=_("Order %(number)s") % {"number": event.order.order_number or event.order_id},
        url=link_to(reader, "staff_order", pk=event.order_id),
        note=note,
    )


def _of_state(event: OrderEvent) -> str:
    """Return the verb for a change of state that a colleague made; else both states."""
    both_states = f"{event.get_previous_display()} → {event.get_state_display()}"
    return verb_of(event) or both_states


def _of_entry(entry: LogEntry, reader: User, people: Mapping[int, User]) -> Line:
    said = said_of(entry)
    about, url = entry.object_repr, ""
    if entry.content_type:
        name = f"{entry.content_type.app_label}.{entry.content_type.model}"
        is_user = name == "tenancy.user"
        thing = people.get(int(entry.object_id or 0)) if is_user else None
        about = str(thing) if thing else about or f"{entry.content_type.name} {entry.object_id}"
        url = _page_of(name, entry, thing, reader)
    return Line(
        at=entry.action_time,
        who=name_of(entry.user),
        kind=kind_of(entry.content_type) if entry.content_type else "",
        what=str(said["what"]),
        about=about,
        url=url,
        note=said["note"],
        changes=said["changes"],
    )


def _page_of(name: str, entry: LogEntry, person: User | None, reader: User) -> str:
    if person:
        if person.is_staff and (page := link_to(reader, "staff_colleague", pk=person.pk)):
            return page
        return link_to(reader, "staff_person", kind="accounts", pk=person.pk)
    if name in PAGES:
        page, *arguments = PAGES[name]
        return link_to(reader, page, **dict.fromkeys(arguments, entry.object_id))
    if not (reader.is_superuser and entry.content_type):
        return ""
    try:
        return str(entry.get_admin_url() or "")
    except NoReverseMatch:
        return ""


def _of_export(export: Export, reader: User) -> Line:
    rows = ngettext("%(rows)s row", "%(rows)s rows", export.number or 0)
    how_many = "" if export.number is None else rows % {"rows": export.number}
    has_page = hasattr(export, "file")
    return Line(
        at=export.at,
        who=name_of(export.user),
        kind="exports",
        what=_("exported"),
        about=f"{export.get_subject_display()} ({export.get_format_display()})",
        url=link_to(reader, "staff_export", pk=export.pk)
        if has_page
        else link_to(reader, "staff_exports"),
        note=" · ".join(filter(None, (filter_words(export), how_many))),
    )


def _of_job(job: BulkJob, reader: User) -> Line:
    orders = ngettext("%(number)s order", "%(number)s orders", job.number or 0)
    how_many = "" if job.number is None else orders % {"number": job.number}
    assignee = name_of(job.assignee)
    return Line(
        at=job.created_at,
        who=name_of(job.actor),
        kind="bulk",
        what=str(job.get_action_display()),
        about=_("Bulk action %(number)s") % {"number": job.pk},
        url=link_to(reader, "staff_bulk", pk=job.pk),
        note=" · ".join(filter(None, (how_many, assignee, job.reason))),
    )
