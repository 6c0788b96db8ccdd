"""Users by their e-mail address, and which address is theirs for good."""

import pytest
from allauth.account.models import EmailAddress

from shop.tenancy.email_addresses import (
    get_or_create_user,
    mark_verified,
    mask_email,
    user_by_email,
)
from shop.tenancy.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db

NINA = "nina@example.com"


def addresses(user: User) -> list[tuple[str, bool, bool]]:
    rows = EmailAddress.objects.filter(user=user).order_by("pk")
    return list(rows.values_list("email", "verified", "primary"))


def test_address_of_a_new_member_is_verified_and_the_main_one() -> None:
    make_user()
    user = User.objects.create_user(NINA)
    mark_verified(user)
    mark_verified(user)
    assert addresses(user) == [(NINA, True, True)]


def test_address_that_was_typed_but_not_verified_is_verified() -> None:
    user = User.objects.create_user(NINA)
    EmailAddress.objects.create(user=user, email=NINA)
    assert addresses(user) == [(NINA, False, False)]
    mark_verified(user)
    assert addresses(user) == [(NINA, True, True)]


def test_address_that_somebody_else_has_verified_stays_theirs() -> None:
    other, user = make_user(), User.objects.create_user(NINA)
    EmailAddress.objects.create(user=other, email=NINA, verified=True)
    mark_verified(user)
    assert addresses(user) == []
    assert addresses(other) == [(other.email, True, True), (NINA, True, False)]


def test_address_that_somebody_else_has_only_typed_is_not_theirs() -> None:
    other, user = make_user(), User.objects.create_user(NINA)
    EmailAddress.objects.create(user=other, email=NINA)
    assert user_by_email(NINA) == user
    mark_verified(user)
    assert addresses(user) == [(NINA, True, True)]


def test_user_is_found_by_each_verified_address_in_any_case() -> None:
    user, other = make_user(), make_user()
    EmailAddress.objects.create(user=user, email=NINA, verified=True)
    EmailAddress.objects.create(user=other, email="typed@example.com")
    assert user_by_email(user.email.upper()) == user_by_email("NINA@example.com") == user
    assert user_by_email("typed@example.com") is None


def test_unknown_address_brings_a_user_who_has_yet_to_join() -> None:
    made = get_or_create_user("Nina@Example.com", first_name="N", last_name="L", language="de")
    assert (made.email, made.first_name, made.last_name, made.language) == (NINA, "N", "L", "de")
    assert not made.is_active
    again = get_or_create_user(NINA, first_name="X", last_name="Y", language="en")
    assert (again, again.first_name, again.language) == (made, "N", "de")


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("nina@gmx.com", "n…@g….com"),
        ("n@mail.example.org", "n…@m….org"),
        ("nina@localhost", "n…@…localhost"),
        ("", ""),
    ],
)
def test_masked_address_shows_no_more_than_its_owner_needs(email: str, shown: str) -> None:
    assert mask_email(email) == shown
