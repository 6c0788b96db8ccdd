"""A code or refresh token that is used twice ends all that came of it, and nothing else."""

import pytest
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.test import Client

from tests.accounts.oauth import BACK, VERIFIER, Program, calls
from tests.factories import make_user
from tests.pages import Response

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]

Tokens = dict[str, str]


def granted(program: Program, code: str) -> Tokens:
    answer = program.exchange(code)
    assert answer.status_code == 200
    given: Tokens = answer.json()
    return given


def refresh(program: Program, tokens: Tokens) -> Response:
    return program.token("refresh_token", refresh_token=tokens["refresh_token"])


def is_live(tokens: Tokens) -> bool:
    return calls(tokens["access_token"]).status_code == 200


def refused(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_code_used_twice_ends_its_tokens() -> None:
    program, user = Program(), make_user()
    code, other_code = program.code_of(user), program.code_of(user)
    tokens, others = granted(program, code), granted(program, other_code)
    assert is_live(tokens)
    assert refused(program.exchange(code)) == (400, "invalid_grant")
    assert not is_live(tokens)
    assert refused(refresh(program, tokens)) == (400, "invalid_grant")
    assert is_live(others)  # of another consent of the same user
    assert refresh(program, others).status_code == 200


def test_code_used_twice_ends_what_was_refreshed_since() -> None:
    program = Program()
    code = program.code_of(make_user())
    later = refresh(program, granted(program, code)).json()
    assert is_live(later)
    cache.clear()  # which may forget what was used
    assert refused(program.exchange(code)) == (400, "invalid_grant")
    assert not is_live(later)
    assert not Token.objects.exists()


def test_refresh_token_used_twice_ends_its_family() -> None:
    program, user = Program(), make_user()
    first = granted(program, program.code_of(user))
    bystanders = (
        granted(program, program.code_of(user)),
        granted(program, program.code_of(make_user())),
    )
    second = refresh(program, first).json()
    third = refresh(program, second).json()
    assert refused(refresh(program, first)) == (400, "invalid_grant")
    assert not any(is_live(each) for each in (first, second, third))
    assert refused(refresh(program, third)) == (400, "invalid_grant")
    assert all(is_live(each) for each in bystanders)
    assert all(refresh(program, each).status_code == 200 for each in bystanders)


def test_rotated_token_of_another_program_ends_nothing() -> None:
    program = Program()
    first = granted(program, program.code_of(make_user()))
    second = refresh(program, first).json()
    assert refused(refresh(Program(), first)) == (400, "invalid_grant")
    assert is_live(second)


def test_wrong_call_with_a_code_leaves_it_usable_once() -> None:
    program = Program()
    code = program.code_of(make_user())
    assert refused(program.exchange(code, code_verifier="w" * 64)) == (400, "invalid_grant")
    assert is_live(granted(program, code))


def test_rotated_token_is_no_longer_listed_nor_revoked() -> None:
    program = Program()
    first = granted(program, program.code_of(make_user()))
    second = refresh(program, first).json()
    assert program.post("/oauth/revoke", token=first["refresh_token"]).status_code == 200
    assert refused(refresh(program, first)) == (400, "invalid_grant")
    assert not is_live(second)


def test_revoked_refresh_token_ends_access_by_its_own_consent_alone() -> None:
    program, user = Program(), make_user()
    first, other = (granted(program, program.code_of(user)) for _ in range(2))
    assert program.post("/oauth/revoke", token=first["refresh_token"]).status_code == 200
    assert not is_live(first)
    assert refused(refresh(program, first)) == (400, "invalid_grant")
    assert is_live(other)
    assert refresh(program, other).status_code == 200


@pytest.mark.parametrize("name", ["grant_type", "code", "client_id", "redirect_uri"])
def test_parameter_that_comes_twice_is_refused(name: str) -> None:
    program = Program()
    body = {
        "client_id": program.id,
        "client_secret": program.secret,
        "grant_type": "authorization_code",
        "code": program.code_of(make_user()),
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    }
    answer = Client().post("/oauth/token", {**body, name: [body[name], body[name]]})
    assert refused(answer) == (400, "invalid_request")
    assert answer.json()["error_description"] == f"The parameter {name} is given more than once."
    assert not Token.objects.exists()
    assert Client().post("/oauth/token", body).status_code == 200


def test_refusals_say_why() -> None:
    program = Program()
    answers = [
        program.token(client_secret="wrong"),
        program.token("password"),
        program.token("authorization_code"),
        program.token("refresh_token", refresh_token="x"),
        program.exchange("x"),
        program.token(scope="all"),
        program.post("/oauth/revoke"),
    ]
    for answer in answers:
        assert set(answer.json()) == {"error", "error_description"}
        assert len(answer.json()["error_description"]) > 20
