"""The consent page: an authorization code with PKCE, and what it is valid for."""

from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django import Settings

from shop.orders.models import Order
from shop.tenancy.models import User
from tests.accounts.oauth import BACK, CHALLENGE, Program, calls, consent, parameters
from tests.factories import PASSWORD, make_client, make_user
from tests.pages import fields, html, visitor, words

pytestmark = pytest.mark.django_db


def refresh(program: Program, value: str) -> tuple[int, dict[str, str]]:
    """Return the status and the body of the answer to a refresh token."""
    answer = program.token("refresh_token", refresh_token=value)
    return answer.status_code, answer.json()


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "The application Kranplaner asks you for access.",
                "See the orders that it has placed",
                "Place orders in your name, also for the companies you administer",
            ],
        ),
        (
            "de",
            [
                "Die Anwendung Kranplaner bittet Sie um Zugriff.",
                "Die Bestellungen einsehen, die sie aufgegeben hat",
                "In Ihrem Namen bestellen, auch für die Firmen, die Sie verwalten",
            ],
        ),
    ],
)
def test_page_says_who_asks_for_what(language: str, sentences: list[str]) -> None:
    user = make_user()
    page = visitor(user, language).get("/oauth/authorize", Program().query())
    assert page.status_code == 200
    for sentence in [*sentences, user.email]:
        assert sentence in words(page)


def test_page_names_only_the_scopes_asked_for() -> None:
    page = visitor(make_user()).get("/oauth/authorize", Program().query(scope="orders:read"))
    assert "See the orders" in words(page)
    assert "Place orders" not in words(page)


def test_form_may_lead_to_the_program_on_this_page_alone() -> None:
    browser = visitor(make_user())
    page = browser.get("/oauth/authorize", Program().query())
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://partner.example;" in f"{policy};"
    for other in ("/portal/", "/oauth/authorize"):
        policy = browser.get(other).headers["Content-Security-Policy"]
        assert "form-action 'self';" in f"{policy};"


def test_consent_gives_a_token_in_the_users_name() -> None:
    program, client = Program(), make_client()
    told = parameters(consent(visitor(client.client_admin), program.query()))
    assert told["state"] == "of the program"
    given = program.exchange(told["code"]).json()
    value = given["access_token"]
    placed = calls(
        value,
        product="s",
        client_id=client.pk,
        project_name="Drei Tage im Mai",
        admin_user_access_token=value,
    )
    assert placed.status_code == 201
    order = Order.objects.get()
    assert (order.application, order.placed_by) == (program.application, client.client_admin)
    assert order.token_user == client.client_admin


def test_refusal_is_told_to_the_program() -> None:
    told = parameters(consent(visitor(make_user()), Program().query(), action="deny"))
    assert (told["error"], told["state"]) == ("access_denied", "of the program")
    assert not Token.objects.exists()


def test_visitor_signs_in_first_and_comes_back() -> None:
    program, user, browser = Program(), make_user(), visitor()
    query = program.query()
    asked = browser.get("/oauth/authorize", query)
    assert asked.status_code == 302
    back = f"/oauth/authorize?{urlencode(query)}"
    assert asked.headers["Location"].startswith("/account/login/?next=/oauth/authorize")
    answer = browser.post(
        asked.headers["Location"], {"login": user.email, "password": PASSWORD, "next": back}
    )
    assert answer.headers["Location"] == back
    assert "code" in parameters(consent(browser, query))


def test_what_openid_would_ask_for_is_passed_over() -> None:
    query = Program().query(prompt="none")
    assert visitor().get("/oauth/authorize", query).status_code == 302
    assert "code" in parameters(consent(visitor(make_user()), query))


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge": ""},
        {"code_challenge": "too short"},
        {"code_challenge": CHALLENGE + "A"},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
    ],
)
def test_request_without_pkce_is_sent_back(changes: dict[str, str | None]) -> None:
    told = parameters(visitor(make_user()).get("/oauth/authorize", Program().query(**changes)))
    assert told.pop("error_description").startswith("PKCE is required")
    assert (told["error"], told["state"]) == ("invalid_request", "of the program")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "orders:read openid"}, "invalid_scope"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": "nonsense"}, "unsupported_response_type"),
    ],
)
def test_request_for_what_is_not_offered_is_sent_back(changes: dict[str, str], error: str) -> None:
    page = visitor(make_user()).get("/oauth/authorize", Program().query(**changes))
    assert page.status_code == 302
    assert page.headers["Location"].startswith(BACK)
    assert f"error={error}" in page.headers["Location"]
    assert "code=" not in page.headers["Location"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "unknown"},
        {"client_id": "\x00"},
        {"redirect_uri": None},
        {"redirect_uri": "https://elsewhere.example/back"},
        {"redirect_uri": f"{BACK}/more"},
        {"redirect_uri": f"{BACK}?more=1"},
        {"redirect_uri": "https://evil@partner.example/back"},
        {"redirect_uri": "https://evil.example\\@partner.example/back"},
        {"redirect_uri": "http://partner.example/back"},
    ],
)
def test_request_that_may_be_forged_leads_nowhere(changes: dict[str, str | None]) -> None:
    page = visitor(make_user()).get("/oauth/authorize", Program().query(**changes))
    assert page.status_code == 400
    assert "Nothing was allowed. Please tell the provider of the application." in words(page)
    assert "Location" not in page.headers


def test_parameter_given_twice_leads_nowhere() -> None:
    program = Program()
    path = f"/oauth/authorize?{urlencode(program.query())}&state=2"
    page = visitor(make_user()).get(path)
    assert page.status_code == 400
    assert "form-action 'self';" in f"{page.headers['Content-Security-Policy']};"


def test_program_without_redirect_uri_cannot_ask() -> None:
    program = Program(redirect_uris=[])
    assert visitor(make_user()).get("/oauth/authorize", program.query()).status_code == 400
    assert program.token("refresh_token", refresh_token="x").status_code == 400


def test_consent_from_another_site_is_refused() -> None:
    query = Program().query()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user())
    page = browser.get("/oauth/authorize", query)
    sent = {"request": fields(page)["request"], "scopes": "orders:read", "action": "grant"}
    answer = browser.post("/oauth/authorize", sent, query_params=query)
    assert answer.status_code == 403


def test_consent_that_was_tampered_with_is_refused() -> None:
    browser, query = visitor(make_user()), Program().query(scope="orders:read")
    page = browser.get("/oauth/authorize", query)
    sent = {"request": fields(page)["request"] + "x", "scopes": "orders:read", "action": "grant"}
    assert browser.post("/oauth/authorize", sent, query_params=query).status_code == 403
    sent = {"request": fields(page)["request"], "scopes": "orders:write", "action": "grant"}
    answer = browser.post("/oauth/authorize", sent, query_params=query)
    assert answer.status_code == 200
    assert "error-summary" in html(answer)


def test_code_is_good_once() -> None:
    program = Program()
    code = program.code_of(make_user())
    assert program.exchange(code).status_code == 200
    again = program.exchange(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": None},
        {"code_verifier": "w" * 64},
        {"redirect_uri": "https://elsewhere.example/back"},
        {"redirect_uri": None},
    ],
)
def test_code_needs_what_it_was_asked_for_with(changes: dict[str, str | None]) -> None:
    program = Program()
    code = program.code_of(make_user())
    assert program.exchange(code, **changes).status_code == 400
    assert not Token.objects.exists()
    assert program.exchange(code).status_code == 200


def test_code_of_another_program_is_refused() -> None:
    program = Program()
    code = program.code_of(make_user())
    assert Program().exchange(code).status_code == 400
    assert program.exchange(code).status_code == 200


def test_refresh_token_is_good_once() -> None:
    program = Program()
    first = program.exchange(program.code_of(make_user())).json()
    status, second = refresh(program, first["refresh_token"])
    assert status == 200
    assert calls(second["access_token"]).status_code == 200
    assert refresh(program, second["refresh_token"])[0] == 200
    assert refresh(program, first["refresh_token"])[0] == 400


def test_refresh_token_of_another_program_is_refused() -> None:
    program = Program()
    given = program.exchange(program.code_of(make_user())).json()
    assert refresh(Program(), given["refresh_token"])[0] == 400
    assert refresh(program, given["refresh_token"])[0] == 200


def test_refresh_gives_no_more_scopes_than_before() -> None:
    program = Program()
    given = program.exchange(program.code_of(make_user(), scope="orders:read")).json()
    answer = program.token(
        "refresh_token", refresh_token=given["refresh_token"], scope="orders:write"
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_refresh_token_opens_no_api() -> None:
    program = Program()
    given = program.exchange(program.code_of(make_user())).json()
    assert calls(given["refresh_token"]).status_code == 401


def test_revoking_the_refresh_token_ends_what_was_got_by_it() -> None:
    program, user = Program(), make_user()
    given = program.exchange(program.code_of(user)).json()
    other = program.exchange(program.code_of(make_user())).json()
    assert program.post("/oauth/revoke", token=given["refresh_token"]).status_code == 200
    assert calls(given["access_token"]).status_code == 401
    assert refresh(program, given["refresh_token"])[0] == 400
    assert calls(other["access_token"]).status_code == 200


@pytest.mark.parametrize("reason", ["inactive", "demo"])
def test_users_who_may_not_act_get_nothing_further(reason: str, settings: Settings) -> None:
    program, user = Program(), make_user(demo=reason == "demo")
    given = program.exchange(program.code_of(user)).json()
    code = program.code_of(user)
    if reason == "demo":
        settings.DEMO = False
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert calls(given["access_token"]).status_code == 401
    assert program.exchange(code).status_code == 400
    assert refresh(program, given["refresh_token"])[0] == 400


def test_demo_user_is_asked_to_sign_in_outside_the_demo(settings: Settings) -> None:
    browser, query = visitor(make_user(demo=True)), Program().query()
    assert browser.get("/oauth/authorize", query).status_code == 200
    settings.DEMO = False
    assert browser.get("/oauth/authorize", query).status_code == 302
