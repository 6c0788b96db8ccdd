"""The bearer check: which tokens are accepted, and for what."""

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.access.models import Application
from shop.access.tokens import SCOPES, check_bearer, issue
from shop.tenancy.models import User
from tests.factories import make_application, make_token, make_user

pytestmark = pytest.mark.django_db


def test_programs_token_names_the_program() -> None:
    application = make_application()
    bearer = check_bearer(make_token(application))
    assert bearer
    assert (bearer.application, bearer.user) == (application, None)
    assert bearer.scopes == {*SCOPES}


def test_users_token_names_the_user() -> None:
    user = make_user()
    bearer = check_bearer(make_token(user, "orders:read"))
    assert bearer
    assert (bearer.application, bearer.user) == (None, user)
    assert bearer.scopes == {"orders:read"}


def test_owner_stands_behind_a_program() -> None:
    application, owner = make_application(), make_user()
    OAuthClient.objects.filter(pk=application.oauth_client.pk).update(owner=owner)
    bearer = check_bearer(make_token(application))
    assert bearer
    assert (bearer.application, bearer.user) == (application, owner)


@pytest.mark.parametrize("holder", ["program", "user", "nobody"])
def test_check_takes_one_query(
    holder: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    value = "unknown"
    if holder != "nobody":
        value = make_token(make_application() if holder == "program" else make_user())
        check_bearer(value)  # the first use is written down
    with django_assert_num_queries(1):
        bearer = check_bearer(value)
        assert (bearer is None) == (holder == "nobody")
        if bearer:
            # Whoever stands behind the token came with it.
            assert bearer.token.user == bearer.user


@pytest.mark.parametrize("value", ["", " ", "x", "\x00", "ü" * 2000])
def test_unknown_token_is_refused(value: str) -> None:
    make_token(make_application())
    assert check_bearer(value) is None


def test_token_is_compared_exactly() -> None:
    value = make_token(make_application())
    assert check_bearer(value.swapcase()) is None
    assert check_bearer(f"{value} ") is None
    assert check_bearer(value)


def test_expired_token_is_refused() -> None:
    now = timezone.now()
    user = make_user()
    over = issue("Old", holder=user, expires_at=now - timedelta(seconds=1))
    live = issue("New", holder=user, expires_at=now + timedelta(minutes=1))
    assert check_bearer(over) is None
    assert check_bearer(live)


def test_revoked_token_is_refused() -> None:
    value = make_token(make_application())
    Token.objects.by_value(value).delete()
    assert check_bearer(value) is None


@pytest.mark.parametrize(
    "kind",
    [Token.Type.REFRESH_TOKEN, Token.Type.AUTHORIZATION_CODE, Token.Type.INITIAL_ACCESS_TOKEN],
)
def test_token_of_another_type_is_refused(kind: str) -> None:
    value = make_token(make_application())
    Token.objects.update(type=kind)
    assert check_bearer(value) is None


def test_token_of_an_inactive_user_is_refused() -> None:
    user = make_user()
    value = make_token(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert check_bearer(value) is None


def test_token_of_an_inactive_owner_is_refused() -> None:
    application = make_application()
    owner = make_user(is_active=False)
    OAuthClient.objects.filter(pk=application.oauth_client.pk).update(owner=owner)
    assert check_bearer(make_token(application)) is None


@pytest.mark.parametrize("has_owner", [False, True])
def test_token_of_neither_program_nor_user_is_refused(has_owner: bool) -> None:
    value = make_token(make_application())
    assert check_bearer(value)
    Application.objects.all().delete()
    owner = make_user() if has_owner else None
    Token.objects.update(client=OAuthClient.objects.create(name="None of ours", owner=owner))
    assert check_bearer(value) is None


@pytest.mark.parametrize("holder", ["program", "user", "owner"])
def test_rows_of_the_demo_work_in_the_demo_only(holder: str, settings: Settings) -> None:
    application = make_application()
    Application.objects.update(demo=holder == "program")
    user = make_user(demo=holder != "program")
    if holder == "owner":
        OAuthClient.objects.filter(pk=application.oauth_client.pk).update(owner=user)
    application.refresh_from_db()
    value = make_token(user if holder == "user" else application)
    assert check_bearer(value)
    settings.DEMO = False
    assert check_bearer(value) is None


def test_other_tokens_work_outside_the_demo(settings: Settings) -> None:
    settings.DEMO = False
    assert check_bearer(make_token(make_application()))
    assert check_bearer(make_token(make_user()))


def test_only_a_digest_of_a_token_is_stored() -> None:
    value = make_token(make_application())
    row = Token.objects.values().get()
    assert value not in str(row)
    assert len(row["hash"]) >= 64


def test_tokens_are_long_and_never_the_same() -> None:
    user = make_user()
    values = {make_token(user) for _ in range(20)}
    assert len(values) == 20
    assert min(map(len, values)) >= 43  # 256 bits
