"""The permissions of a user are those of Django's own backend, found in one query."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, Permission
from pytest_django import DjangoAssertNumQueries

from portal.accounts.backends import MemberBackend
from shop.tenancy.models import User
from tests.factories import make_staff, make_user

pytestmark = pytest.mark.django_db


def staff_with_own_permission() -> User:
    user = make_staff("agent", "privacy")
    user.user_permissions.add(
        Permission.objects.get(codename="delete_client", content_type__app_label="tenancy")
    )
    return user


def test_permissions_are_the_users_own_and_those_of_their_groups(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user, bystander = staff_with_own_permission(), make_user()
    wanted = ModelBackend().get_all_permissions(User.objects.get(pk=user.pk))
    assert {"tenancy.delete_client", "orders.view_order", "tenancy.erase_person"} <= wanted
    user = User.objects.get(pk=user.pk)
    with django_assert_num_queries(1):
        assert MemberBackend().get_all_permissions(user) == wanted
        assert user.has_perms(wanted)
    assert MemberBackend().get_all_permissions(bystander) == set()


def test_superuser_may_do_everything() -> None:
    found = MemberBackend().get_all_permissions(make_staff())
    assert len(found) == Permission.objects.count()


def test_who_is_inactive_or_nobody_may_do_nothing() -> None:
    user = staff_with_own_permission()
    assert MemberBackend().get_all_permissions(user)
    inactive = User.objects.get(pk=user.pk)
    inactive.is_active = False
    for nobody in (inactive, AnonymousUser()):
        assert MemberBackend().get_all_permissions(nobody) == set()
    assert MemberBackend().get_all_permissions(User.objects.get(pk=user.pk), obj=user) == set()
