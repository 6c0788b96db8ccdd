"""Pages about colleagues and people's data, for `tests/scenes.py`."""

from collections.abc import Iterator

from django.contrib.auth.models import Group

from shop.tenancy.staff_invitations import invite_colleague, staff_join_token
from tests.factories import make_application, make_client, make_order, make_staff, make_user
from tests.scene import SEND, Scene, press


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
    yield Scene("staff-join-damaged", "/account/back-office/x/")


def people() -> Iterator[Scene]:
    """Finding a person, what is stored about them, and the questions that are asked first."""
    chief, admin = make_staff(), make_client().client_admin
    order = make_order(user_email="uta@example.com", user_first_name="Uta")
    base = "/staff/people/"
    yield Scene("staff-people", base, chief)
    yield Scene("staff-people-errors", base, chief, act=press(SEND))
    yield Scene("staff-person", f"{base}accounts/{admin.pk}/", chief)
    yield Scene("staff-person-without-account", f"{base}orders/{order.pk}/", chief)
    yield Scene("staff-person-erase", f"{base}orders/{order.pk}/erase/", chief)
    application = make_application("Dispo")
    path = f"/staff/applications/{application.pk}/"
    yield Scene("staff-application-off", f"{path}off/", chief)
    yield Scene("staff-application-secret", f"{path}signing-secret/", chief)
