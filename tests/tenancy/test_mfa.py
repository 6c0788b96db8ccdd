"""Second factors: which count, and when a mailed code alone is enough."""

import pytest
from allauth.mfa.models import Authenticator

from shop.tenancy.mfa import has_second_factor, may_recover_by_mail
from shop.tenancy.models import User
from tests.factories import bystander, make_staff, make_user

pytestmark = pytest.mark.django_db

APP, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN
CODES = Authenticator.Type.RECOVERY_CODES


def give(user: User, *kinds: Authenticator.Type) -> User:
    for kind in kinds:
        Authenticator.objects.create(user=user, type=kind, data={})
    return user


@pytest.mark.parametrize(
    ("kinds", "has"),
    [((), False), ((CODES,), False), ((APP,), True), ((PASSKEY,), True), ((APP, CODES), True)],
)
def test_app_and_passkey_are_second_factors_and_recovery_codes_are_not(
    kinds: tuple[Authenticator.Type, ...], has: bool
) -> None:
    with bystander():
        give(make_user(), APP, PASSKEY)
        assert has_second_factor(give(make_user(), *kinds)) is has


@pytest.mark.parametrize(
    ("kinds", "may"),
    [((), False), ((CODES,), False), ((APP,), False), ((PASSKEY,), True), ((APP, PASSKEY), False)],
)
def test_mailed_code_alone_is_enough_where_a_passkey_replaces_the_password(
    kinds: tuple[Authenticator.Type, ...], may: bool
) -> None:
    user, staff = give(make_user(), *kinds), give(make_staff(), *kinds)
    assert not may_recover_by_mail(user)
    for each in (user, staff):
        each.set_unusable_password()
    assert (may_recover_by_mail(user), may_recover_by_mail(staff)) == (may, False)
