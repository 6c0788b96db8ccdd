"""OAuth 2: how an application gets a token by itself, and how it revokes one."""

import base64

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django import Settings

from shop.access.models import Application
from shop.orders.models import Order
from shop.tenancy.models import User
from tests.accounts.oauth import Program, calls
from tests.factories import make_application, make_token, make_user
from tests.pages import Response

pytestmark = pytest.mark.django_db


def told(answer: Response) -> tuple[int, str]:
    """Status and error of a refusal."""
    return answer.status_code, answer.json()["error"]


def test_client_credentials_give_a_token_that_places_orders() -> None:
    program = Program()
    answer = program.token()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    given = answer.json()
    value = given.pop("access_token")
    assert given == {
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": "orders:read orders:write billing:read webhooks",
    }
    assert calls(value, product="s").status_code == 201
    assert calls(value).json()["data"]["array"][0]["product"] == "s"
    assert Order.objects.get().application == program.application


def test_credentials_may_come_by_basic_authentication() -> None:
    program = Program()
    pair = base64.b64encode(f"{program.id}:{program.secret}".encode()).decode()
    answer = Client().post(
        "/oauth/token",
        {"grant_type": "client_credentials"},
        headers={"authorization": f"Basic {pair}"},
    )
    assert calls(answer.json()["access_token"]).status_code == 200


def test_program_must_not_name_another_beside_its_credentials() -> None:
    program = Program()
    pair = base64.b64encode(f"{program.id}:{program.secret}".encode()).decode()
    answer = Client().post(
        "/oauth/token",
        {"grant_type": "client_credentials", "client_id": Program().id},
        headers={"authorization": f"Basic {pair}"},
    )
    assert told(answer) == (401, "invalid_client")


def test_program_may_ask_for_less() -> None:
    answer = Program().token(scope="orders:read")
    assert answer.json()["scope"] == "orders:read"
    value = answer.json()["access_token"]
    assert calls(value).status_code == 200
    assert calls(value, product="s").status_code == 403


@pytest.mark.parametrize("scope", ["orders:write", "openid", "orders:read openid", "all"])
def test_program_gets_no_more_than_it_is_allowed(scope: str) -> None:
    answer = Program(scopes=["orders:read"]).token(scope=scope)
    assert told(answer) == (400, "invalid_scope")
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_secret": ""}, (401, "invalid_client")),
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_id": "unknown"}, (401, "invalid_client")),
        ({"client_id": "\x00"}, (401, "invalid_client")),
        ({"client_id": None}, (401, "invalid_client")),
        ({"grant": "password"}, (400, "unsupported_grant_type")),
        ({"grant": "implicit"}, (400, "unsupported_grant_type")),
        ({"grant": "openid"}, (400, "unsupported_grant_type")),
        (
            {"grant": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "\x00"},
            (400, "unsupported_grant_type"),
        ),
        ({"grant": "authorization_code", "code": "unknown"}, (400, "invalid_grant")),
        ({"grant": "authorization_code", "code": "\x00"}, (400, "invalid_grant")),
        ({"grant": "authorization_code"}, (400, "invalid_request")),
        ({"grant": "refresh_token", "refresh_token": "unknown"}, (400, "invalid_grant")),
        ({"grant": "refresh_token"}, (400, "invalid_request")),
    ],
)
def test_wrong_calls_are_refused(changes: dict[str, str | None], refusal: tuple[int, str]) -> None:
    grant = changes.pop("grant", None) or "client_credentials"
    answer = Program().token(grant, **changes)
    assert told(answer) == refusal
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("WWW-Authenticate" in answer.headers) == (refusal[0] == 401)
    assert not Token.objects.exists()


def test_client_that_is_no_application_gets_nothing() -> None:
    program = Program()
    Application.objects.all().delete()
    assert OAuthClient.objects.exists()
    assert told(program.token()) == (401, "invalid_client")


def test_program_of_an_inactive_owner_gets_nothing() -> None:
    program = Program(owner=make_user(is_active=False))
    assert told(program.token()) == (401, "invalid_client")


@pytest.mark.parametrize("whose", ["program", "owner"])
def test_programs_of_the_demo_get_nothing_outside_it(whose: str, settings: Settings) -> None:
    program = Program(
        demo=whose == "program", owner=make_user(demo=True) if whose == "owner" else None
    )
    assert program.token().status_code == 200
    settings.DEMO = False
    assert told(program.token()) == (401, "invalid_client")


@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/revoke"])
def test_only_post_is_answered(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "address",
    [
        "/oauth/token/",
        "/oauth/authorize/",
        "/oauth/",
        "/oauth/userinfo",
        "/.well-known/openid-configuration",
        "/.well-known/jwks.json",
    ],
)
def test_nothing_else_is_offered(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_program_revokes_its_token() -> None:
    program = Program()
    value = program.token().json()["access_token"]
    answer = program.post("/oauth/revoke", token=value)
    assert (answer.status_code, answer.content) == (200, b"")
    assert calls(value).status_code == 401
    assert program.post("/oauth/revoke", token=value).status_code == 200


def test_hint_of_another_type_does_not_matter() -> None:
    program = Program()
    value = program.token().json()["access_token"]
    program.post("/oauth/revoke", token=value, token_type_hint="refresh_token")
    assert calls(value).status_code == 401


@pytest.mark.parametrize("body", [False, True])
def test_token_revokes_itself(body: bool) -> None:
    value = make_token(make_user())
    answer = Client().post(
        "/oauth/revoke",
        {"token": value} if body else {},
        headers={"authorization": f"Bearer {value}"},
    )
    assert answer.status_code == 200
    assert calls(value).status_code == 401


def test_token_does_not_revoke_another() -> None:
    value, other = make_token(make_user()), make_token(make_user())
    answer = Client().post(
        "/oauth/revoke", {"token": other}, headers={"authorization": f"Bearer {value}"}
    )
    assert told(answer) == (401, "invalid_client")
    assert Token.objects.count() == 2


def test_program_does_not_revoke_what_is_not_its_own() -> None:
    others = make_token(make_application()), make_token(make_user())
    for value in others:
        assert Program().post("/oauth/revoke", token=value).status_code == 200
        assert calls(value).status_code == 200


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"client_secret": "wrong"}, (401, "invalid_client")),
        ({"client_secret": None}, (401, "invalid_client")),
        ({"client_id": None}, (401, "invalid_client")),
        ({"token": None}, (400, "invalid_request")),
    ],
)
def test_revoking_needs_a_token_and_credentials(
    changes: dict[str, str | None], refusal: tuple[int, str]
) -> None:
    program = Program()
    value = program.token().json()["access_token"]
    assert told(program.post("/oauth/revoke", **{"token": value, **changes})) == refusal
    assert calls(value).status_code == 200


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/revoke"])
def test_calls_from_one_address_are_limited(address: str, settings: Settings) -> None:
    settings.OAUTH_TOKEN_RATES = {"address": "3/m/ip"}
    for _ in range(3):
        assert Client(REMOTE_ADDR="203.0.113.7").post(address).status_code in {400, 401}
    answer = Client(REMOTE_ADDR="203.0.113.7").post(address)
    assert told(answer) == (429, "temporarily_unavailable")
    assert answer.headers["Retry-After"] == "60"
    assert Client(REMOTE_ADDR="203.0.113.8").post(address).status_code in {400, 401}


@pytest.mark.usefixtures("empty_cache")
def test_tokens_of_one_program_are_limited_wherever_it_calls_from(settings: Settings) -> None:
    settings.OAUTH_TOKEN_RATES = {"client": "2/m/key"}
    program = Program()
    body = {"grant_type": "client_credentials", "client_id": program.id}

    def ask(secret: str, number: int) -> Response:
        caller = Client(REMOTE_ADDR=f"203.0.113.{number}")
        return caller.post("/oauth/token", {**body, "client_secret": secret})

    # Failures do not count: else anybody could shut a program out.
    assert [ask("wrong", number).status_code for number in range(1, 5)] == [401] * 4
    assert [ask(program.secret, number).status_code for number in range(5, 7)] == [200] * 2
    assert ask(program.secret, 8).status_code == 429
    other = Program()
    body["client_id"] = other.id
    assert ask(other.secret, 8).status_code == 200


@pytest.mark.usefixtures("empty_cache")
@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 429)])
def test_loopback_is_not_limited_in_the_demo(demo: bool, status: int, settings: Settings) -> None:
    settings.OAUTH_TOKEN_RATES = {"address": "1/m/ip", "client": "1/m/key"}
    settings.DEMO = demo
    program = Program()
    assert program.token().status_code == 200
    assert program.token().status_code == status


def test_token_of_an_owner_who_leaves_ends() -> None:
    owner = make_user()
    value = Program(owner=owner).token().json()["access_token"]
    assert calls(value).status_code == 200
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert calls(value).status_code == 401


def test_two_secrets_in_one_call_must_agree() -> None:
    program = Program()
    pair = base64.b64encode(f"{program.id}:{program.secret}".encode()).decode()
    answer = Client().post(
        "/oauth/token",
        {"grant_type": "client_credentials", "client_secret": "wrong"},
        headers={"authorization": f"Basic {pair}"},
    )
    assert told(answer) == (401, "invalid_client")


@pytest.mark.parametrize("address", ["/oauth/token", "/oauth/revoke"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("--x\r\nContent-Disposition", "multipart/form-data; boundary="),
        ("&".join(f"a{number}=b" for number in range(1100)), "application/x-www-form-urlencoded"),
    ],
    ids=["broken", "too many"],
)
def test_form_that_cannot_be_read_is_told_in_json(
    address: str, body: str, content_type: str
) -> None:
    answer = Client().generic("POST", address, data=body, content_type=content_type)
    assert told(answer) == (400, "invalid_request")


def test_call_without_grant_type_is_told_so() -> None:
    assert told(Client().post("/oauth/token", {"client_id": "x"})) == (400, "invalid_request")
