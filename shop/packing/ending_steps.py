"""The shipped steps at the end of a contract; each can be done again without harm.

A project with another contract that still runs stays as it is.
"""

from datetime import datetime, time, timedelta
from time import monotonic

from django.conf import settings
from django.utils import timezone

from shop.billing.models import Subscription
from shop.orders.project_erasure import erase_orders_of, erase_people
from shop.packing.outcomes import NotBefore
from shop.tenancy import closed_projects
from shop.tenancy.models import Project

# Seconds of erasing in one go; below PACKING_STEP_SECONDS.
AT_ONCE = 2.0


def no_new_members(subscription: Subscription) -> None:
    """Have nobody join the project any more: invitations and reserved seats go."""
    if not _runs_on(subscription):
        closed_projects.close_joins(subscription.project)


def close_project(subscription: Subscription) -> None:
    """Close the project for its members; the client_admin can export for EXPORT_DAYS."""
    if not _runs_on(subscription):
        # The end may be past: proven, or decided by staff, long after it was declared.
        yesterday = timezone.localdate() - timedelta(days=1)
        last = max(subscription.ends_on or yesterday, yesterday)
        export_until = last + timedelta(days=settings.EXPORT_DAYS)
        closed_projects.close_project(subscription.project, export_until)


def export_time(subscription: Subscription) -> None:
    """Gate: wait until the time of export is over, or was waived."""
    # Read anew: it may have been waived since the attempt began.
    until = Project.objects.values_list("export_until", flat=True).get(pk=subscription.project_id)
    if until and until >= timezone.localdate() and not _runs_on(subscription):
        following = datetime.combine(until + timedelta(days=1), time.min)
        raise NotBefore(timezone.make_aware(following))


export_time.gate = True  # type: ignore[attr-defined]


def erase_project(subscription: Subscription, key: str) -> None:
    """Erase the members who belong nowhere else, the people in its orders, and its name.

    Each person in a transaction of their own, so that nobody waits for long; what takes longer than
    AT_ONCE goes on in another attempt.
    """
    if _runs_on(subscription):
        return
    project, until = subscription.project, monotonic() + AT_ONCE
    if not erase_people(project, lambda: monotonic() > until):
        raise NotBefore(timezone.now())
    erase_orders_of(project)
    closed_projects.empty_project(project)


erase_project.calls_out = True  # type: ignore[attr-defined]


def _runs_on(subscription: Subscription) -> bool:
    """Tell if the project has another contract, as staff have delivered two orders into it."""
    others = Subscription.objects.filter(project=subscription.project_id, ended_at=None)
    return others.exclude(pk=subscription.pk).exists()
