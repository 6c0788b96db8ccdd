"""Invitations of colleagues, as a superuser makes them in the back office."""

from django.contrib.auth.models import Group

from shop.tenancy.models import StaffInvitation
from tests.factories import make_staff
from tests.pages import visitor

LIST, NEW = "/staff/colleagues/", "/staff/colleagues/new/"
EMAIL = "carla@example.com"


def group(name: str) -> int:
    return Group.objects.get(name=name).pk


def form(email: str = EMAIL, *roles: str) -> dict[str, object]:
    chosen = [group(name) for name in roles or ("agent",)]
    return {"email": email, "language": "en", "roles": chosen}


def invited(email: str = EMAIL, *roles: str) -> StaffInvitation:
    """An invitation that a superuser has made in the back office."""
    answer = visitor(make_staff(first_name="Ada")).post(NEW, form(email, *roles))
    assert answer.status_code == 302
    return StaffInvitation.objects.get(user__email=email)
