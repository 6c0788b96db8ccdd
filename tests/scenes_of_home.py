"""The home page of members in every state; see `scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from shop.billing.models import Subscription
from shop.tenancy.models import Membership, Project
from tests.contract_factories import make_tier_change
from tests.factories import (
    make_client,
    make_invoice,
    make_membership,
    make_packed_order,
    make_project,
    make_seller,
    make_staff,
    make_subscription,
    make_user,
)
from tests.scene import Scene

PEOPLE = (
    ("Nora", "Berg"),
    ("Otto", "Lindner"),
    ("Mia", "Sommer"),
    ("Emil", "Kranz"),
    ("Ida", "Vogt"),
)


def home_page() -> Iterator[Scene]:
    """The home page: with projects and a company, new, only invited, as one of staff."""
    make_seller()
    now = timezone.now()
    admin = make_user(first_name="Uta", last_name="Unger", joined_at=now - timedelta(days=90))
    client = make_client(client_admin=admin, name="Isarfilm Produktion GmbH")
    subscription = make_subscription(client)
    Project.objects.filter(pk=subscription.project_id).update(name="Drei Tage im Mai")
    make_invoice(subscription, due_on=timezone.localdate() - timedelta(days=3))
    next_period = timezone.localdate() + timedelta(days=12)
    Subscription.objects.filter(pk=subscription.pk).update(next_period_on=next_period)
    Membership.objects.filter(project=subscription.project).delete()
    _seat(admin, subscription.project, 80)
    for days, (first, last) in enumerate(PEOPLE):
        _seat(make_user(first_name=first, last_name=last), subscription.project, 40 - days * 9)
    subscription.refresh_from_db()
    make_tier_change(subscription, "m")
    second = make_project("m", client=client, name="Der lange Abschied")
    _seat(admin, second, 3)
    yield Scene("portal-home", "/portal/", admin)
    member = Membership.objects.get(project=subscription.project, user__first_name="Mia").user
    yield Scene("portal-home-member", "/portal/", member)
    new = make_user(first_name="Emil", last_name="Kranz")
    free = make_subscription(make_client(client_admin=new, name="Kranz Film"), list_cents=0)
    Subscription.objects.filter(pk=free.pk).update(next_period_on=None)
    Project.objects.filter(pk=free.project_id).update(name="Der erste Dreh")
    Membership.objects.filter(project=free.project).delete()
    make_membership(user=new, project=free.project, role="admin", opened_at=now)
    yield Scene("portal-home-new", "/portal/", new)
    invited = make_user()
    make_packed_order(user_email=invited.email, project_name="Nordkap")
    yield Scene("portal-home-invited", "/portal/", invited)
    yield Scene("portal-home-staff", "/portal/", make_staff("agent"))
    make_client(client_admin=new, name="Zweite Kranz Film")
    yield Scene("portal-companies", "/portal/clients/", new)


def _seat(user: object, project: Project, days_ago: int) -> None:
    make_membership(user=user, project=project, joined_at=timezone.now() - timedelta(days=days_ago))
