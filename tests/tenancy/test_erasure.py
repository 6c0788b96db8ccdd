"""Erasing a user: their row stays, with nothing of theirs in it."""

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from shop.tenancy.erasure import (
    NotErasableError,
    StillAdministersError,
    emails_of,
    erase_user,
    user_erased,
)
from shop.tenancy.models import Membership, User
from tests.factories import (
    bystander,
    make_client,
    make_membership,
    make_project,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

EMPTIED = ("email", "login", "first_name", "last_name", "last_login", "is_active")


def test_row_of_an_erased_user_is_emptied_and_no_other() -> None:
    with bystander():
        user = make_user(login="nina", last_login=timezone.now())
        make_membership(user=user)
        erase_user(user)
        gone = f"deleted-{user.pk}@deleted.invalid"
        row = User.objects.filter(pk=user.pk).values_list(*EMPTIED).get()
        assert row == (gone, None, "", "", None, False)
        assert not User.objects.get(pk=user.pk).has_usable_password()
        assert not Membership.objects.filter(user=user).exists()
        assert not EmailAddress.objects.filter(user=user).exists()


def test_receivers_are_told_all_verified_addresses_before_anything_is_erased() -> None:
    user = make_user(email="nina@example.com")
    EmailAddress.objects.create(user=user, email="Second@example.com", verified=True)
    EmailAddress.objects.create(user=user, email="typed@example.com")
    told: list[tuple[User, frozenset[str], str]] = []

    def listen(user: User, emails: frozenset[str], **rest: object) -> None:
        told.append((user, emails, User.objects.get(pk=user.pk).first_name))

    both = frozenset({"nina@example.com", "second@example.com"})
    assert emails_of(user) == both
    user_erased.connect(listen)
    try:
        erase_user(user)
    finally:
        user_erased.disconnect(listen)
    assert told == [(user, both, "Mia")]


def test_user_is_erased_once_and_staff_never() -> None:
    user, staff = make_user(), make_staff()
    erase_user(user)
    for each in (user, staff):
        with pytest.raises(NotErasableError):
            erase_user(each)
    assert User.objects.get(pk=staff.pk).is_active


def test_client_admin_is_erased_only_after_handing_over() -> None:
    admin = make_user()
    client = make_client(client_admin=admin)
    make_membership(project=make_project(client=client))
    with pytest.raises(StillAdministersError):
        erase_user(admin)
    assert User.objects.get(pk=admin.pk).is_active
    client.client_admin = make_user()
    client.save()
    erase_user(admin)
    assert not User.objects.get(pk=admin.pk).is_active
