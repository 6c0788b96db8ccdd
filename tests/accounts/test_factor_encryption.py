"""Secrets of authenticator apps and recovery codes: encrypted in the database, under a key apart."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from portal.accounts.checks import check_factor_key
from portal.accounts.factor_encryption import UnknownKeyError, decrypt, encrypt_stored
from shop.tenancy.models import User
from shop.worker.tasks import run_cluster
from tests.accounts.factors import SECOND_STEP, SECRET, add_app, app_code, by_password
from tests.factories import make_user
from tests.pages import visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

KEY = "a key for second factors alone, of more than fifty characters"
NEXT_KEY = "the key after the rotation, of more than fifty characters too"


def with_app_and_codes() -> User:
    user = make_user()
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def signs_in(user: User, code: str) -> bool:
    cache.clear()  # the code may have been used a moment ago
    browser: Client = visitor()
    assert by_password(browser, user)["Location"] == SECOND_STEP
    return browser.post(SECOND_STEP, {"code": code}).status_code == 302


def stored(user: User) -> tuple[str, str]:
    """The app's secret and the seed of the recovery codes, as the database has them."""
    rows = {row.type: row.data for row in Authenticator.objects.filter(user=user)}
    return rows["totp"]["secret"], rows["recovery_codes"]["seed"]


def encrypted() -> str:
    """Return the output of the command."""
    output = StringIO()
    call_command("encrypt_factors", stdout=output)
    return output.getvalue()


def test_database_holds_no_secret_in_clear_with_a_key(settings: Settings) -> None:
    settings.FACTOR_KEY = KEY
    user = with_app_and_codes()
    secret, seed = stored(user)
    assert (secret[:7], seed[:7]) == ("fernet:", "fernet:")
    assert SECRET not in secret
    assert decrypt(secret) == SECRET
    assert signs_in(user, app_code())
    codes = RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes"))
    assert signs_in(user, codes.get_unused_codes()[0])


def test_secret_stored_in_clear_works_and_is_encrypted_by_the_worker(settings: Settings) -> None:
    user = with_app_and_codes()
    _secret, seed = before = stored(user)
    assert before == (SECRET, seed)
    settings.FACTOR_KEY = KEY
    assert signs_in(user, app_code())
    run_cluster("messages")
    secret_after, seed_after = stored(user)
    assert SECRET not in secret_after
    assert (decrypt(secret_after), decrypt(seed_after)) == before
    assert signs_in(user, app_code())


def test_without_a_key_nothing_is_changed() -> None:
    user = with_app_and_codes()
    before = stored(user)
    assert encrypt_stored() == 0
    assert stored(user) == before


def test_rotation_of_the_key_leaves_everybody_their_factors(settings: Settings) -> None:
    settings.FACTOR_KEY = KEY
    user = with_app_and_codes()
    old = stored(user)
    settings.FACTOR_KEY, settings.FACTOR_KEY_FALLBACKS = NEXT_KEY, [KEY]
    assert signs_in(user, app_code())
    assert encrypted() == "2 encrypted, 0 left.\nFACTOR_KEY_FALLBACKS can be removed.\n"
    assert encrypted() == "0 encrypted, 0 left.\nFACTOR_KEY_FALLBACKS can be removed.\n"
    settings.FACTOR_KEY_FALLBACKS = []
    assert signs_in(user, app_code())
    with pytest.raises(UnknownKeyError):
        decrypt(old[0])


def test_lost_key_lets_nobody_in_and_is_named(settings: Settings) -> None:
    settings.FACTOR_KEY = KEY
    lost, other = make_user(), make_user()
    TOTP.activate(lost, SECRET)
    settings.FACTOR_KEY = NEXT_KEY
    add_app(other)
    browser = visitor()
    browser.raise_request_exception = False
    by_password(browser, lost)
    assert browser.post(SECOND_STEP, {"code": app_code()}).status_code == 500
    assert browser.get("/portal/").status_code == 302
    with pytest.raises(CommandError, match="FACTOR_KEY does not decrypt a stored second factor"):
        encrypted()
    # The others are encrypted all the same.
    assert Authenticator.objects.get(user=other).data["secret"].startswith("fernet:")
    (error,) = check_factor_key()
    assert error.id == "accounts.E001"


def test_command_without_a_key_says_so() -> None:
    with pytest.raises(CommandError, match=r"^FACTOR_KEY is not set\.$"):
        encrypted()


def test_deployment_without_a_key_is_warned(settings: Settings) -> None:
    settings.DEMO = False
    assert [each.id for each in check_factor_key()] == ["accounts.W001"]
    settings.FACTOR_KEY = KEY
    assert check_factor_key() == []
