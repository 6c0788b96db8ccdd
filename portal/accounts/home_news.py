"""The news of a member's projects: who joined, what became of contracts, which invoices came."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.accounts.subscription_history import text_of_event
from shop.billing.models import Invoice
from shop.billing.tier_change_rows import SubscriptionEvent
from shop.catalogue.templatetags.money import money
from shop.tenancy.closed_projects import open_projects
from shop.tenancy.models import Membership, User
from shop.typed_text import isolated

Kind = SubscriptionEvent.Kind
SHOWN = 6
NEW_FOR = timedelta(days=60)
# What other members see of a contract: its plan and its end.
FOR_MEMBERS = (Kind.CHANGED, Kind.CANCELLED, Kind.TAKEN_BACK, Kind.ENDED)


@dataclass(frozen=True)
class News:
    """Something that happened in a project, and the page about it."""

    at: datetime
    text: str
    project: str
    url: str


def news_for(user: User, *, runs_companies: bool) -> list[News]:
    """Return the latest news that `user` may see, the newest first.

    Invoices and all of a contract are for its client_admin alone.
    """
    since = timezone.now() - NEW_FOR
    found = [*_joined(user, since), *_contracts(user, since)]
    if runs_companies:
        found += _invoices(user, since)
    return sorted(found, key=lambda each: each.at, reverse=True)[:SHOWN]


def _joined(user: User, since: datetime) -> Iterator[News]:
    seats = Membership.objects.filter(_seen_by(user), joined_at__gte=since)
    newest = seats.select_related("user", "project__client").order_by("-joined_at", "-pk")
    for seat in newest[:SHOWN]:
        runs_it = seat.project.client.client_admin_id == user.pk
        yield News(
            at=seat.joined_at or since,
            text=_who_joined(seat.user, user, shows_email=runs_it),
            project=seat.project.name,
            url=reverse("portal_project", args=[seat.project_id]),
        )


def _contracts(user: User, since: datetime) -> Iterator[News]:
    own = Q(subscription__client__client_admin=user)
    seen = own | Q(kind__in=FOR_MEMBERS) & _seen_by(user, "subscription__")
    events = SubscriptionEvent.objects.filter(seen, at__gte=since).order_by("-pk")
    related = ("subscription__project", "change__old_product", "change__product")
    for event in events.select_related(*related)[:SHOWN]:
        yield News(
            at=event.at,
            text=text_of_event(event),
            project=event.subscription.project.name,
            url=reverse("portal_subscription", args=[event.subscription_id]),
        )


def _invoices(user: User, since: datetime) -> Iterator[News]:
    issued = Invoice.objects.filter(client__client_admin=user, issued_at__gte=since)
    for each in issued.select_related("subscription__project").order_by("-issued_at")[:SHOWN]:
        is_credit = each.kind == Invoice.Kind.CREDIT_NOTE
        text = (
            _("Credit note %(number)s: %(sum)s") if is_credit else _("Invoice %(number)s: %(sum)s")
        )
        yield News(
            at=each.issued_at,
            text=text % {"number": each.number, "sum": money(each.gross_cents, each.currency)},
            project=each.subscription.project.name,
            url=reverse("portal_invoices", args=[each.client_id]),
        )


def _seen_by(user: User, path: str = "") -> Q:
    """Return a condition on the project at `path`: one that the member runs, or is in and enters."""
    joined = Membership.objects.filter(user=user, joined_at__isnull=False)
    entered = joined.filter(project__in=open_projects()).values("project")
    return Q(**{f"{path}project__in": entered}) | Q(
        **{f"{path}project__client__client_admin": user}
    )


def _who_joined(who: User, reader: User, *, shows_email: bool) -> str:
    if who == reader:
        return _("You joined.")
    name = who.get_full_name() or who.login or (who.email if shows_email else "")
    if not name:
        return _("A new member joined.")
    return _("%(person)s joined.") % {"person": isolated(name)}
