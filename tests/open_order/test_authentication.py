"""Basic and Bearer: who is let in, and who is told what."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.models import User
from tests.factories import PASSWORD, make_application, make_token, make_user
from tests.open_order.calls import (
    ACCOUNT,
    OWNER,
    Program,
    by_cookie,
    by_password,
    by_token,
    fault,
    open_one,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

CHALLENGE = 'Basic realm="orders", charset="UTF-8", Bearer'
UNKNOWN = (401, "unauthorized", "")
FORBIDDEN = (403, "forbidden", "")


def test_password_lets_its_user_in() -> None:
    user = make_user(password="pass:with: colons ä")
    assert by_password(user.email, "pass:with: colons ä").post("/order").status_code == 201
    assert Order.objects.get().owner == user


def test_scheme_is_read_in_any_case() -> None:
    user = make_user()
    value = base64.b64encode(f"{user.email}:{PASSWORD}".encode()).decode()
    assert Program(authorization=f"bAsIc {value}").post("/order").status_code == 201
    assert Program(authorization=f"bEaReR {make_token(user)}").get("/order").status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "OPTIONS"])
def test_wrong_password_is_401(method: str) -> None:
    user = make_user()
    path = "/order/account" if method == "PUT" else "/order"
    answer = by_password(user.email, "wrong").call(method, path, ACCOUNT)
    assert fault(answer) == UNKNOWN
    assert answer.headers["WWW-Authenticate"] == CHALLENGE
    assert not Order.objects.exists()


def test_unknown_address_is_told_like_a_wrong_password() -> None:
    first = by_password("nobody@example.com").get("/order")
    second = by_password(make_user().email, "wrong").get("/order")
    assert first.json()["unauthorized"]["message"] == second.json()["unauthorized"]["message"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT"])
def test_sixth_wrong_password_is_429_whatever_the_method(method: str) -> None:
    user = make_user()
    wrong = by_password(user.email, "wrong")
    statuses = [wrong.call(method, "/order/account", ACCOUNT).status_code for _ in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert fault(by_password(user.email).get("/order")) == (429, "tooManyRequests", "")
    assert by_token(make_token(user)).get("/order").status_code == 404
    assert by_password(make_user().email).get("/order").status_code == 404


@pytest.mark.parametrize("value", [
    "!", "bm8gY29sb24=", base64.b64encode(b":").decode(), base64.b64encode(b"a@b.de:").decode(),
    base64.b64encode(b":secret").decode(), base64.b64encode(b"\xff:\xff").decode(),
    base64.b64encode(b"a@b.de:a\x00b").decode(), base64.b64encode(b"a\x00@b.de:ab").decode(), "",
])  # fmt: skip
def test_unreadable_credentials_are_401(value: str) -> None:
    answer = Program(authorization=f"Basic {value}").get("/order")
    assert fault(answer) == UNKNOWN
    assert answer.headers["WWW-Authenticate"] == CHALLENGE


def test_credentials_with_a_sign_that_base64_lacks_are_401() -> None:
    user = make_user()
    value = base64.b64encode(f"{user.email}:{PASSWORD}".encode()).decode()
    assert Program(authorization=f"Basic {value}").get("/order").status_code == 404
    assert fault(Program(authorization=f"Basic {value[:4]}!{value[4:]}").get("/order")) == UNKNOWN


def test_staff_use_a_token() -> None:
    staff = make_user(is_staff=True)
    assert fault(by_password(staff.email).post("/order")) == FORBIDDEN
    assert by_token(make_token(staff)).post("/order").status_code == 201


@pytest.mark.parametrize("kind", [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN])
def test_users_with_a_second_factor_use_a_token(kind: str) -> None:
    user = make_user()
    Authenticator.objects.create(user=user, type=kind, data={})
    assert fault(by_password(user.email).post("/order")) == FORBIDDEN
    assert fault(by_password(user.email, "wrong").post("/order")) == UNKNOWN
    assert by_token(make_token(user)).post("/order").status_code == 201


def not_let_in(user: User) -> None:
    assert fault(by_password(user.email).get("/order")) == UNKNOWN
    assert fault(by_token(make_token(user)).get("/order")) == UNKNOWN


def test_inactive_user_is_not_let_in() -> None:
    not_let_in(make_user(is_active=False))


def test_user_without_a_password_is_not_let_in() -> None:
    user = make_user()
    user.set_unusable_password()
    user.save()
    for password in ("!", user.password, " "):
        assert fault(by_password(user.email, password).get("/order")) == UNKNOWN


def test_users_of_the_demo_are_not_let_in_elsewhere(settings: Settings) -> None:
    user = make_user(demo=True)
    settings.DEMO = False
    not_let_in(user)


def test_token_without_the_scope_is_403() -> None:
    user = make_user()
    reads, writes = by_token(make_token(user, "orders:read")), by_token(make_token(user, "orders:write"))  # fmt: skip
    assert fault(reads.post("/order")) == FORBIDDEN
    assert fault(reads.put("/order/account", ACCOUNT)) == FORBIDDEN
    assert writes.post("/order").status_code == 201
    assert writes.put("/order/account", ACCOUNT).status_code == 200
    assert fault(writes.get("/order")) == FORBIDDEN
    assert fault(writes.call("OPTIONS", "/order")) == FORBIDDEN
    assert reads.get("/order").status_code == 200
    assert fault(reads.delete("/order")) == FORBIDDEN
    assert fault(reads.post("/order/action", {"action": "validate"})) == FORBIDDEN
    assert writes.delete("/order").status_code == 204


def test_cookie_does_not_lend_a_token_the_scope() -> None:
    open_one(by_cookie())
    reads = by_token(make_token(make_application(), "orders:read"), OWNER)
    assert reads.get("/order").status_code == 200
    assert fault(reads.delete("/order")) == FORBIDDEN


@pytest.mark.parametrize("header", ["Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest"])
def test_browser_is_never_asked_for_basic(header: str) -> None:
    for program, challenge in (
        (Program(), "Bearer"),
        (by_password("nobody@example.com"), "Bearer"),
        (by_token("nobody's"), 'Bearer error="invalid_token"'),
    ):
        answer = program.get("/order", **{header: "same-origin"})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == challenge


def test_challenge_says_what_is_wrong_with_the_token() -> None:
    offered = 'Basic realm="orders", charset="UTF-8", Bearer'
    assert Program().get("/order").headers["WWW-Authenticate"] == offered
    refused = by_token("nobody's").get("/order")
    assert refused.headers["WWW-Authenticate"] == f'{offered} error="invalid_token"'
    reads = by_token(make_token(make_application(), "orders:read"), OWNER)
    answer = reads.delete("/order")
    assert answer.status_code == 403
    needed = 'Bearer error="insufficient_scope", scope="orders:write"'
    assert answer.headers["WWW-Authenticate"] == needed


def test_refusal_of_anything_but_the_caller_carries_no_challenge() -> None:
    open_one(by_cookie())
    answers = [
        by_cookie().get("/order"),
        by_cookie().post("/order"),
        by_cookie().get("/order/account"),
        by_cookie().call("PATCH", "/order"),
    ]
    assert [answer.status_code for answer in answers] == [200, 409, 404, 405]
    assert not any("WWW-Authenticate" in answer.headers for answer in answers)
