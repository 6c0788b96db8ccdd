"""Tokens and when they were used, and the secrets that sign webhooks."""

import base64
from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Token
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.access.applications import create_application
from shop.access.models import SigningSecret
from shop.access.signing_secrets import rotate, signing_secrets
from shop.access.tokens import check_bearer, issue, last_used, tokens_of
from tests.factories import make_application, make_token, make_user

pytestmark = pytest.mark.django_db


def age_use(hours: float) -> None:
    """As if the only token had been used so long ago."""
    token = Token.objects.get()
    then = timezone.now() - timedelta(hours=hours)
    Token.objects.update(data={**token.data, "last_used": then.isoformat()})


def test_new_token_was_never_used() -> None:
    make_token(make_application())
    assert last_used(Token.objects.get()) is None


def test_first_use_is_written_down_at_once() -> None:
    value = make_token(make_application())
    before = timezone.now()
    assert check_bearer(value)
    used = last_used(Token.objects.get())
    assert used
    assert before <= used <= timezone.now()
    assert Token.objects.get().data["name"] == "Test"


@pytest.mark.parametrize(("hours", "queries"), [(0.9, 1), (1.1, 2)])
def test_later_uses_are_written_down_hourly(
    hours: float, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    value = make_token(make_application())
    age_use(hours)
    before = last_used(Token.objects.get())
    with django_assert_num_queries(queries):
        assert check_bearer(value)
    assert (last_used(Token.objects.get()) != before) == (queries == 2)


def test_refused_use_is_not_written_down() -> None:
    value = make_token(make_user(is_active=False))
    assert check_bearer(value) is None
    assert last_used(Token.objects.get()) is None


def test_token_without_data_is_taken() -> None:
    value = make_token(make_application())
    Token.objects.update(data=None)
    assert check_bearer(value)
    assert last_used(Token.objects.get())


def test_tokens_of_an_application_are_listed_the_most_lasting_first() -> None:
    application, now = make_application(), timezone.now()
    for name, expires_at in (
        ("short", now + timedelta(days=1)),
        ("for ever", None),
        ("over", now - timedelta(days=1)),
        ("long", now + timedelta(days=9)),
    ):
        issue(name, holder=application, expires_at=expires_at)
    make_token(make_application("Another"))
    make_token(make_user())
    found = [token.data["name"] for token in tokens_of(application)]
    assert found == ["for ever", "long", "short", "over"]


def test_expired_oauth_tokens_are_not_listed() -> None:
    application = make_application()
    make_token(application)
    Token.objects.update(data=None, expires_at=timezone.now() - timedelta(minutes=1))
    assert not tokens_of(application)


def test_secret_of_an_application_is_stored_as_digest() -> None:
    application, secret = create_application("Kranplaner")
    client = application.oauth_client
    assert len(secret) >= 43
    assert secret not in client.secret
    assert client.check_secret(secret)
    assert not client.check_secret(f"{secret}x")


def test_default_scopes_of_an_application_are_those_it_is_allowed() -> None:
    application, _secret = create_application("Kranplaner", scopes=["orders:read"])
    assert application.oauth_client.get_scopes() == ["orders:read"]
    assert application.oauth_client.get_default_scopes() == ["orders:read"]


def test_application_has_no_signing_secret_at_first() -> None:
    assert signing_secrets(make_application()) == []


def test_signing_secret_is_one_of_standard_webhooks() -> None:
    secret = rotate(make_application())
    assert secret.startswith("whsec_")
    assert len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) == 32


def test_old_signing_secret_stays_valid_for_a_day() -> None:
    application = make_application()
    first, second = rotate(application), rotate(application)
    assert signing_secrets(application) == [second, first]
    old = SigningSecret.objects.get(secret=first)
    assert old.valid_until
    assert timedelta(hours=23) < old.valid_until - timezone.now() <= timedelta(days=1)
    SigningSecret.objects.filter(secret=first).update(valid_until=timezone.now())
    assert signing_secrets(application) == [second]


def test_rotating_again_does_not_prolong_what_is_old() -> None:
    application = make_application()
    first = rotate(application)
    rotate(application)
    soon = timezone.now() + timedelta(minutes=1)
    SigningSecret.objects.filter(secret=first).update(valid_until=soon)
    rotate(application)
    assert len(signing_secrets(application)) == 3
    assert SigningSecret.objects.get(secret=first).valid_until == soon


def test_secrets_that_are_over_go_with_the_next_rotation() -> None:
    application = make_application()
    first = rotate(application)
    rotate(application)
    SigningSecret.objects.filter(secret=first).update(valid_until=timezone.now())
    rotate(application)
    assert not SigningSecret.objects.filter(secret=first).exists()


def test_signing_secrets_are_an_applications_own() -> None:
    application, other = make_application(), make_application("Another")
    secret, others = rotate(application), rotate(other)
    assert signing_secrets(application) == [secret]
    assert signing_secrets(other) == [others]
