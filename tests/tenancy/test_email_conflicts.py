"""Accounts from before all spellings of an address counted as one."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from shop.access.tokens import check_bearer
from shop.tenancy.email_addresses import get_or_create_user, user_by_email
from shop.tenancy.email_conflicts import settle_new_rows, users_in_conflict
from shop.tenancy.models import User
from tests.factories import PASSWORD, make_staff, make_token, make_user
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

SHOWN = "anna@bücher-kino.com"
WIRE = "anna@xn--bcher-kino-9db.com"
FULL_WIDTH = "anna@ｂücher-kino.com"


def as_before(email: str, days: int, *, joined: bool = True) -> User:
    """A user as version 1.0 has written them, in lower case only."""
    user = make_user()
    then = timezone.now() - timedelta(days=days)
    joined_at = then if joined else None
    fields = {"email": email, "canonical_email": None, "date_joined": then}
    User.objects.filter(pk=user.pk).update(**fields, joined_at=joined_at, is_active=joined)
    EmailAddress.objects.filter(user=user).update(email=email)
    user.refresh_from_db()
    return user


def settle() -> None:
    settle_new_rows(lambda: None)


def stored(user: User) -> tuple[str, str | None, list[str]]:
    user.refresh_from_db()
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return user.email, user.canonical_email, list(addresses)


def may_sign_in(email: str) -> bool:
    browser = visitor()
    browser.post("/account/login/", {"login": email, "password": PASSWORD})
    return browser.get("/portal/").status_code == 200


@pytest.mark.usefixtures("empty_cache")
def test_user_without_a_double_keeps_the_address_in_the_usual_spelling() -> None:
    plain, spelled = as_before("mia@example.com", 2), as_before(WIRE, 1)
    settle()
    assert stored(plain) == ("mia@example.com", "mia@example.com", ["mia@example.com"])
    assert stored(spelled) == (SHOWN, WIRE, [SHOWN])
    assert list(users_in_conflict()) == []
    assert may_sign_in(SHOWN)


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("older", [SHOWN, WIRE, FULL_WIDTH])
@pytest.mark.parametrize("younger", [SHOWN, WIRE, FULL_WIDTH])
def test_first_to_join_keeps_the_address(older: str, younger: str) -> None:
    if older == younger:
        return
    late, first, other = as_before(younger, 2), as_before(older, 5), make_user()
    token = make_token(late, "orders:read")
    settle()
    assert stored(first) == (SHOWN, WIRE, [SHOWN])
    late.refresh_from_db()
    assert late.canonical_email is None
    assert user_by_email(younger) == user_by_email(older) == first
    assert list(users_in_conflict()) == [late]
    assert not late.may_sign_in
    assert check_bearer(token) is None
    assert may_sign_in(other.email)
    settle()
    assert list(users_in_conflict()) == [late]


def test_somebody_who_joined_comes_before_somebody_who_was_invited_earlier() -> None:
    invited, joined = as_before(SHOWN, 9, joined=False), as_before(WIRE, 1)
    settle()
    assert stored(joined)[:2] == (SHOWN, WIRE)
    assert list(users_in_conflict()) == [invited]


def test_session_of_a_user_in_conflict_ends() -> None:
    late = make_user()
    browser = visitor(late)
    assert browser.get("/portal/").status_code == 200
    User.objects.filter(pk=late.pk).update(canonical_email=None)
    assert browser.get("/portal/").status_code == 302


@pytest.mark.usefixtures("empty_cache")
def test_user_in_conflict_signs_in_once_staff_have_given_them_another_address() -> None:
    as_before(SHOWN, 5)
    late = as_before(WIRE, 2)
    settle()
    browser = visitor(make_staff())
    page = browser.get("/staff/overview/")
    assert "Accounts that share a mailbox" in words(page)
    address = f"/staff/catalogue/tenancy/user/{late.pk}/change/"
    assert address in html(page)
    fields = {"first_name": "Mia", "last_name": "Muster", "language": "de", "is_active": "on"}
    make_user(email="mia@straße.example.com")
    refused = browser.post(address, {**fields, "email": "mia@xn--strae-oqa.example.com"})
    assert "Another account has this address." in words(refused)
    browser.post(address, {**fields, "email": "Late@Example.com"})
    late.refresh_from_db()
    assert (late.email, late.canonical_email) == ("late@example.com", "late@example.com")
    assert "share a mailbox" not in words(browser.get("/staff/overview/"))
    # The address is new: a code is mailed to it first.
    answer = visitor().post("/account/login/", {"login": late.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/account/confirm-email/"


def test_user_in_conflict_may_be_edited_and_deactivated() -> None:
    as_before(SHOWN, 5)
    late = as_before(WIRE, 2)
    settle()
    late.refresh_from_db()
    browser = visitor(make_staff())
    fields = {"email": late.email, "first_name": "Ada", "last_name": "B", "language": "de"}
    browser.post(f"/staff/catalogue/tenancy/user/{late.pk}/change/", fields)
    late.refresh_from_db()
    assert (late.first_name, late.is_active, late.canonical_email) == ("Ada", False, None)
    assert list(users_in_conflict()) == []


def test_user_in_conflict_gets_the_address_once_it_is_free() -> None:
    first, late = as_before(SHOWN, 5), as_before(WIRE, 2)
    settle()
    User.objects.filter(pk=first.pk).update(email="first@example.com")
    settle()
    assert stored(late)[:2] == (SHOWN, WIRE)


@pytest.mark.parametrize("email", ["mia@example.com", "deleted-1@deleted.invalid"])
def test_address_that_the_version_before_has_changed_or_erased_lets_go_of_the_mailbox(
    email: str,
) -> None:
    user, bystander = make_user(email=SHOWN), make_user(email="zoe@bücher-kino.com")
    # As that version writes it: without the canonical form.
    User.objects.filter(pk=user.pk).update(email=email, canonical_email=WIRE)
    EmailAddress.objects.filter(user=user).update(email=email)
    settle()
    assert stored(user) == (email, email, [email])
    assert stored(bystander)[:2] == ("zoe@bücher-kino.com", "zoe@xn--bcher-kino-9db.com")
    assert user_by_email(SHOWN) is None


@pytest.mark.parametrize("ordered", [SHOWN, WIRE])
def test_order_finds_the_user_that_the_version_before_has_just_written(ordered: str) -> None:
    invited = as_before(SHOWN, 0, joined=False)
    names = {"first_name": "", "last_name": "", "language": "de"}
    assert get_or_create_user(ordered, **names) == invited
    assert User.objects.filter(canonical_email=WIRE).get() == invited
