"""Colleagues: users of staff, their roles, and the end of their access to the back office."""

from collections.abc import Iterable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from shop.access import tokens
from shop.tenancy.models import StaffInvitation, User


def name_of(user: User | None) -> str:
    """Return the name by which staff know `user`: the full name, or else the e-mail address."""
    return (user.get_full_name() or str(user)) if user else ""


def colleagues() -> QuerySet[User]:
    """Return the users of staff who may sign in, by e-mail."""
    found = User.objects.filter(is_staff=True, is_active=True, joined_at__isnull=False)
    return (found if settings.DEMO else found.filter(demo=False)).order_by("email")


def colleagues_with(permission: str) -> QuerySet[User]:
    """Return the colleagues who have `permission` ("orders.mend_order")."""
    able = ModelBackend().with_perm(permission)
    return colleagues().filter(pk__in=able.values("pk"))


def grantable_groups(staff: User) -> QuerySet[Group]:
    """Return the groups that `staff` may put others into: those with no power they lack."""
    groups = Group.objects.order_by("pk")
    if staff.is_superuser:
        return groups
    held = staff.get_all_permissions()
    beyond = [group.pk for group in groups.prefetch_related("permissions__content_type")
              if not _powers_of(group) <= held]  # fmt: skip
    return groups.exclude(pk__in=beyond)


def may_invite(staff: User, groups: QuerySet[Group]) -> bool:
    """Return whether `staff` may invite a colleague into all of `groups`."""
    if not (staff.is_staff and staff.may_sign_in and staff.has_perm("tenancy.manage_staff")):
        return False
    return not groups.exclude(pk__in=grantable_groups(staff).values("pk")).exists()


def may_manage(staff: User, colleague: User) -> bool:
    """Return whether `staff` may change what `colleague` may do: never one's own powers."""
    return staff != colleague and (staff.is_superuser or not colleague.is_superuser)


def permission_to_help(person: User) -> str:
    """Return the permission to sign `person` out, or to have their lost second factor reset."""
    return "tenancy.manage_staff" if person.is_staff else "orders.mend_order"


def may_help(staff: User, person: User) -> bool:
    """Return whether `staff` may end the sessions of `person` or have their factors reset.

    It takes as much power as the person has, and is never done to oneself.
    """
    return may_manage(staff, person) and staff.has_perm(permission_to_help(person))


def set_groups(colleague: User, groups: Iterable[Group]) -> bool:
    """Put `colleague` into exactly these `groups`; False if they are no colleague any more."""
    with transaction.atomic():
        # A write, so that it waits for `end_access`.
        if not User.objects.filter(pk=colleague.pk, is_staff=True).update(is_staff=True):
            return False
        colleague.groups.set(groups)
    return True


def end_access(colleague: User) -> bool:
    """Take all powers of staff from `colleague`, and end their sessions and tokens.

    Their account stays, with the projects they are a member of. Returns False if somebody else was
    faster.
    """
    with transaction.atomic():
        there = User.objects.filter(pk=colleague.pk, is_staff=True)
        if not there.update(is_staff=False, is_superuser=False):
            return False
        colleague.groups.clear()
        colleague.user_permissions.clear()
        StaffInvitation.objects.filter(user=colleague).delete()
        tokens.end_access(colleague)
        for session in UserSession.objects.filter(user=colleague):
            session.end()
    return True


def _powers_of(group: Group) -> set[str]:
    return {f"{each.content_type.app_label}.{each.codename}" for each in group.permissions.all()}
