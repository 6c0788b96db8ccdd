"""Pages about colleagues, people and clients, for `tests/scenes.py`."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from portal.backoffice.audit_log import Act, record
from portal.backoffice.clients.note_rows import ClientNote
from shop.tenancy.appointment_requests import ask_to_appoint
from shop.tenancy.factor_resets import ask_to_reset
from shop.tenancy.staff_invitations import invite_colleague, invite_superuser, staff_join_token
from tests.accounts.factors import add_app
from tests.factories import (
    make_application,
    make_client,
    make_invoice,
    make_membership,
    make_order,
    make_profile,
    make_project,
    make_staff,
    make_subscription,
    make_user,
)
from tests.scene import SEND, Scene, press, unfolded


def colleagues() -> Iterator[Scene]:
    """Inviting, changing and ending colleagues, and the page behind the link."""
    chief = make_staff(first_name="Ada", last_name="Admin")
    agent = make_staff("agent", first_name="Berta")
    roles = Group.objects.filter(name__in=["agent", "export"])
    invitation = invite_colleague("carla@example.com", roles, chief, "de")
    member = make_user()
    accepting = invite_colleague(member.email, roles, chief, "de")
    base = "/staff/colleagues/"
    yield Scene("staff-colleagues", base, chief)
    yield Scene("staff-colleague-new", f"{base}new/", chief)
    yield Scene("staff-colleague-errors", f"{base}new/", chief, act=press(SEND))
    yield Scene("staff-colleague", f"{base}{agent.pk}/", chief)
    yield Scene("staff-colleague-invited", f"{base}{invitation.user.pk}/", chief)
    yield Scene("staff-colleague-end", f"{base}{agent.pk}/end/", chief)
    link = f"/account/back-office/{staff_join_token(invitation)}/"
    yield Scene("staff-join", link)
    yield Scene("staff-join-errors", link, act=press(SEND))
    yield Scene("staff-join-elsewhere", link, agent)
    known = f"/account/back-office/{staff_join_token(accepting)}/"
    yield Scene("staff-join-known", known)
    yield Scene("staff-join-accept", known, member)
    yield Scene("staff-join-damaged", "/account/back-office/x/", status=404)
    first, other = invite_superuser("ada@example.com", "de"), make_user()
    link = f"/account/back-office/{staff_join_token(first)}/"
    yield Scene("staff-join-superuser", link)
    yield Scene("staff-join-superuser-errors", link, act=press(SEND))
    yield Scene("staff-colleague-superuser", f"{base}{first.user.pk}/", chief)
    link = f"/account/back-office/{staff_join_token(invite_superuser(other.email, 'de'))}/"
    yield Scene("staff-join-superuser-accept", link, other)


def people() -> Iterator[Scene]:
    """Finding a person, their page, what is asked before, and resets of a second step."""
    chief, admin = make_staff(), make_client().client_admin
    add_app(admin)
    make_membership(user=admin)
    order = make_order(user_email="uta@example.com", user_first_name="Uta")
    base = "/staff/people/"
    yield Scene("staff-people", base, chief)
    yield Scene("staff-people-errors", base, chief, act=press(SEND))
    yield Scene("staff-person", f"{base}accounts/{admin.pk}/", chief)
    yield Scene("staff-person-without-account", f"{base}orders/{order.pk}/", chief)
    yield Scene("staff-person-erase", f"{base}orders/{order.pk}/erase/", chief)
    yield Scene("staff-person-sign-out", f"{base}accounts/{admin.pk}/sign-out/", chief)
    path = f"{base}accounts/{admin.pk}/reset/"
    yield Scene("staff-reset-alone", path, chief)
    agent = make_staff("agent", first_name="Berta", last_name="Beispiel")
    yield Scene("staff-reset-request", path, chief)
    yield Scene("staff-reset-request-errors", path, chief, act=press(SEND))
    reset = ask_to_reset(admin, agent, "Lost the phone.", "Called back; named the last invoice.")
    assert reset
    yield Scene("staff-resets", f"{base}resets/", chief)
    yield Scene("staff-reset", f"{base}resets/{reset.pk}/", chief)
    yield Scene("staff-reset-mine", f"{base}resets/{reset.pk}/", agent)
    application = make_application("Dispo")
    path = f"/staff/applications/{application.pk}/"
    yield Scene("staff-application-off", f"{path}off/", chief)
    yield Scene("staff-application-secret", f"{path}signing-secret/", chief)


def clients() -> Iterator[Scene]:
    """The list of clients, the page of one, of a project of theirs, and the questions first."""
    chief = make_staff(first_name="Ada", last_name="Admin")
    client = make_client(name="Elbebild Filmproduktionsgesellschaft")
    project = make_project(client=client, name="Drei Tage im Mai", url="https://mai.example/")
    member = make_membership(project=project)
    make_membership(project=project, joined_at=None)
    make_profile(client, vat_id="DE129273398")
    long_ago = timezone.localdate() - timedelta(days=40)
    make_invoice(make_subscription(client, project=project), due_on=long_ago)
    ask_to_appoint(client, client.client_admin, "On leave until May.")
    ClientNote.objects.create(client=client, author=chief, text="Rings on Mondays.")
    record(chief, client, Act.RENAMED, changes=[("Name", "Elbebild", client.name)])
    base = f"/staff/clients/{client.pk}/"
    yield Scene("staff-clients", "/staff/clients/", chief)
    yield Scene("staff-clients-none", "/staff/clients/?q=nothing", chief)
    yield Scene("staff-client", base, chief)
    yield Scene("staff-client-rename", base, chief, act=unfolded)
    yield Scene("staff-client-hand-over", f"{base}hand-over/", chief)
    yield Scene("staff-client-hand-over-errors", f"{base}hand-over/", chief, act=press(SEND))
    yield Scene("staff-project", f"{base}projects/{project.pk}/", chief)
    path = f"{base}projects/{project.pk}/members/{member.pk}/remove/"
    yield Scene("staff-member-remove", path, chief)
