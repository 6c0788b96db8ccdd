"""Pages by which people change what is theirs, or leave; see `scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from shop.tenancy.appointment_requests import ask_to_appoint
from shop.tenancy.closed_projects import close_project
from shop.tenancy.deletion_wishes import delete_when_possible
from tests.factories import (
    PASSWORD,
    make_client,
    make_invoice,
    make_membership,
    make_order,
    make_profile,
    make_project,
    make_seller,
    make_subscription,
    make_user,
)
from tests.scene import Scene, fill, in_turn, press

DELETE = "main form[novalidate] .button"


def profile_and_company() -> Iterator[Scene]:
    """The profile of a person, and the company of a client_admin."""
    admin = make_user(first_name="Uta", login="uta", time_zone="America/Lima")
    client, new = make_client(client_admin=admin), make_client(client_admin=admin)
    make_profile(client)
    yield Scene("home-profile", "/portal/profile/", admin)
    wrong = fill(first_name="x" * 201, login="uta uta")
    yield Scene("home-profile-errors", "/portal/profile/", admin, act=wrong)
    yield Scene("home-company", f"/portal/clients/{client.pk}/company/", admin)
    page = f"/portal/clients/{new.pk}/company/"
    yield Scene("home-company-errors", page, admin, act=fill(client_name=""))


def leaving() -> Iterator[Scene]:
    """Leaving a project, and what a plain member sees of it."""
    project = make_project(name="Nachtdreh")
    member = make_membership(project=project).user
    make_membership(project=project, user=project.client.client_admin)
    make_membership(project=project, user=make_user(first_name="", last_name=""))
    yield Scene("portal-member", "/portal/", member)
    yield Scene("home-colleagues", f"/portal/projects/{project.pk}/", member)
    leave = f"/portal/projects/{project.pk}/leave/"
    yield Scene("home-leave", leave, member)
    yield Scene("home-leave-admin", leave, project.client.client_admin)


def way_out() -> Iterator[Scene]:
    """The way out of a sole client_admin, from running contracts to a wish that is kept."""
    make_seller()
    admin = make_user()
    client = make_client(name="Kranfilm GmbH", client_admin=admin)
    subscription = make_subscription(client)
    make_invoice(subscription, due_on=timezone.localdate() - timedelta(days=3))
    small = make_project(name="Tagdreh", client=make_client(name="Dollyfilm", client_admin=admin))
    make_membership(project=small)
    over = make_project(name="Abgedreht", client=client)
    make_membership(project=over, user=admin)
    close_project(over, timezone.localdate() + timedelta(days=12))
    make_order(client_id=small.client_id, client_name=None, client_admin=admin)
    password = fill(password=PASSWORD)
    page = "/portal/my-data/delete/"
    yield Scene("portal-closed", "/portal/", admin)
    yield Scene("home-way-out", page, admin, act=password)
    yield Scene("home-way-out-errors", page, admin, act=in_turn(password, press(DELETE)))
    assert ask_to_appoint(client, admin, "Uta Unger kennt die Firma.")
    assert not delete_when_possible(admin)
    yield Scene("home-way-out-wish", page, admin, act=password)
    yield Scene("home-my-data-wish", "/portal/my-data/", admin)
    yield Scene("home-export", f"/portal/clients/{client.pk}/export/", admin)
    yield Scene("home-export-waive", f"/portal/projects/{over.pk}/export/waive/", admin)
    project = subscription.project
    yield Scene("home-project-open", f"/portal/projects/{project.pk}/", admin)
    yield Scene("home-project-closed", f"/portal/projects/{over.pk}/", admin)
