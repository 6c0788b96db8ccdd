"""Errors below /oauth/: JSON for programs with `error` and `error_description`, pages for people."""

import json

import pytest
from django.conf import settings as configured
from django.test import Client, RequestFactory

from shop.errors import error, unavailable
from tests.accounts.oauth import Program, consent, parameters
from tests.factories import make_user
from tests.pages import Response, html, visitor

pytestmark = pytest.mark.django_db
ENDPOINTS = ("/oauth/token", "/oauth/revoke")


def told(answer: Response, status: int, **headers: str) -> str:
    """The description of an error of RFC 6749, 5.2, after a look at the rest of the answer."""
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert "no-store" in answer["Cache-Control"]
    assert {name: answer.headers.get(name) for name in headers} == headers
    error = answer.json()
    assert list(error) == ["error", "error_description"]
    assert error["error"] == "invalid_request"
    return str(error["error_description"])


@pytest.mark.parametrize("address", ENDPOINTS)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_other_method_is_told_in_json(address: str, method: str) -> None:
    answer = Client().generic(method, address)
    assert told(answer, 405, Allow="POST") == "This URL supports POST only."


@pytest.mark.parametrize("address", ENDPOINTS)
def test_body_that_is_no_form_is_told_in_json(address: str) -> None:
    body = json.dumps({"grant_type": "client_credentials"})
    answer = Client().post(address, body, content_type="application/json")
    text = told(answer, 415)
    assert text == "Send the parameters as application/x-www-form-urlencoded."


@pytest.mark.parametrize("address", ENDPOINTS)
def test_call_without_a_body_is_told_what_is_missing(address: str) -> None:
    answer = Client().generic("POST", address)
    assert answer.status_code == (400 if address == ENDPOINTS[0] else 401)
    assert answer.json()["error_description"]


@pytest.mark.parametrize("address", ENDPOINTS)
def test_body_that_is_too_large_is_told_in_json(address: str) -> None:
    body = "a" * (configured.FORM_BYTES + 1)
    answer = Client().post(address, body, content_type="application/x-www-form-urlencoded")
    assert told(answer, 413) == "The body is too large."


@pytest.mark.parametrize(
    "address", ["/oauth/", "/oauth/token/", "/oauth/revoke/", "/oauth/userinfo"]
)
def test_unknown_address_is_told_in_json(address: str) -> None:
    for answer in (Client().get(address), Client().post(address)):
        assert told(answer, 404) == "There is nothing at this URL."


@pytest.mark.parametrize("address", [*ENDPOINTS, "/oauth/userinfo"])
def test_fault_of_ours_is_told_in_json(address: str) -> None:
    request = RequestFactory().post(address)
    for answer, status, name in (
        (error(request, None, status=500), 500, "server_error"),
        (unavailable(request, None), 503, "temporarily_unavailable"),
    ):
        assert answer.status_code == status
        body = json.loads(answer.content)
        assert (list(body), body["error"]) == (["error", "error_description"], name)


def test_people_are_told_of_an_unknown_address_on_a_page() -> None:
    page = visitor().get("/oauth/authorize/")
    assert page.status_code == 404
    assert "<h1" in html(page)


@pytest.mark.parametrize("action", ["grant", "deny"])
def test_program_is_told_who_sent_the_user_back(action: str) -> None:
    answer = consent(visitor(make_user()), Program().query(), action)
    assert parameters(answer)["iss"] == "http://testserver"


def test_refusal_by_the_user_is_described() -> None:
    answer = consent(visitor(make_user()), Program().query(), "deny")
    assert parameters(answer) == {
        "error": "access_denied",
        "state": "of the program",
        "iss": "http://testserver",
        "error_description": "The user declined.",
    }


@pytest.mark.parametrize(
    ("changes", "error", "description"),
    [
        (
            {"code_challenge": None},
            "invalid_request",
            "PKCE is required: code_challenge is missing or malformed.",
        ),
        (
            {"scope": "openid"},
            "invalid_scope",
            "This application may not have all of these scopes.",
        ),
        (
            {"response_type": "nonsense"},
            "unsupported_response_type",
            "The response_type must be code.",
        ),
    ],
)
def test_refusal_of_a_request_is_described(
    changes: dict[str, str | None], error: str, description: str
) -> None:
    answer = visitor(make_user()).get("/oauth/authorize", Program().query(**changes))
    found = parameters(answer)
    assert (found["error"], found["error_description"]) == (error, description)
    assert found["iss"] == "http://testserver"


@pytest.mark.parametrize(
    "name",
    [
        "client_id",
        "redirect_uri",
        "response_type",
        "state",
        "scope",
        "code_challenge",
        "code_challenge_method",
    ],
)
def test_parameter_of_the_consent_page_that_comes_twice_is_refused(name: str) -> None:
    query = Program().query(scope="orders:read")
    browser = visitor(make_user())
    assert browser.get("/oauth/authorize", query).status_code == 200
    answer = browser.get("/oauth/authorize", {**query, name: [query[name], query[name]]})
    assert answer.status_code == 400
    assert f"The parameter {name} is given more than once." in html(answer)


def test_back_address_with_a_query_keeps_it() -> None:
    back = "https://partner.example/back?tenant=7"
    query = Program(redirect_uris=[back]).query(redirect_uri=back)
    location = consent(visitor(make_user()), query)["Location"]
    assert location.startswith(f"{back}&")
    assert location.endswith("&iss=http%3A%2F%2Ftestserver")
