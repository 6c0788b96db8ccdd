"""Erase the people of a project that is over, as far as they belong nowhere else."""

from collections.abc import Callable
from contextlib import suppress

from allauth.idp.oidc.models import Client as OAuthClient
from django.db import transaction
from django.db.models import Q, QuerySet

from shop.orders.archived_order import archived_with, project_key
from shop.orders.archiving import bring_back
from shop.orders.models import Order
from shop.orders.order_erasure import empty_orders, orders_for
from shop.orders.states import UNDER_WAY
from shop.row_locks import lock_rows
from shop.tenancy.erasure import (
    NotErasableError,
    StillAdministersError,
    anonymise_user,
    delete_sessions_with,
    emails_of,
)
from shop.tenancy.models import Client, Membership, Project, StaffInvitation, User


class BelongsElsewhereError(Exception):
    """The user is needed beyond this project."""


def erase_people(project: Project, is_late: Callable[[], bool]) -> bool:
    """Take each person out of the project, and erase those who belong nowhere else.

    Goes on until `is_late`, with one person at least; True: none is left.
    """
    bring_back_of(project)
    people = User.objects.filter(
        Q(memberships__project=project) | Q(pk__in=_delivered(project).values("member"))
    )
    emails: set[str] = set()
    for pk in list(people.order_by("pk").values_list("pk", flat=True).distinct()):
        emails |= _take_out(User.objects.get(pk=pk), project)
        if is_late():
            break
    # Once for all: it decodes every session.
    delete_sessions_with(emails)
    return not people.exists()


def erase_orders_of(project: Project) -> None:
    """Erase the people from the finished orders of the project; what invoices need stays."""
    added = Q(client_id=project.client_id, project_id=project.pk)
    theirs = Order.objects.filter(Q(delivered_project=project) | added)
    with transaction.atomic():
        lock_rows(theirs)  # waits for those that are being archived at this moment
        bring_back_of(project)
        empty_orders(theirs)


def bring_back_of(project: Project) -> None:
    """Bring the project's archived orders back, so that people are erased from them, too."""
    bring_back(archived_with([project_key(project.pk)]).values_list("pk", flat=True))


def belongs_elsewhere(user: User, project: Project) -> bool:
    """Tell if a user has a place or an order under way beyond the project, or work to do here."""
    under_way = Order.objects.filter(state__in=UNDER_WAY)
    theirs = orders_for(user, emails_of(user)).values("pk")
    return user.is_staff or any(
        rows.exists()
        for rows in (
            Client.objects.filter(client_admin=user),
            Membership.objects.filter(user=user).exclude(project=project),
            StaffInvitation.objects.filter(user=user),
            OAuthClient.objects.filter(owner=user),
            under_way.filter(Q(pk__in=theirs) | Q(placed_by=user)),
        )
    )


def _delivered(project: Project) -> QuerySet[Order]:
    return Order.objects.filter(delivered_project=project, member__isnull=False)


def _take_out(user: User, project: Project) -> frozenset[str]:
    """Take a user out of the project; return the addresses of one who was erased."""

    def check() -> None:
        if belongs_elsewhere(user, project):
            raise BelongsElsewhereError

    emails: frozenset[str] = frozenset()
    # Otherwise their account stays.
    with suppress(BelongsElsewhereError, NotErasableError, StillAdministersError):
        emails = anonymise_user(user, check=check)
    with transaction.atomic():
        _delivered(project).filter(member=user).update(member=None)
        Membership.objects.filter(project=project, user=user).delete()
    return emails
