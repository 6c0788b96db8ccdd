"""The error pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages import Response, assert_headers, html, visitor, words

db = pytest.mark.django_db


@pytest.fixture
def broken(settings: Settings) -> Client:
    """A browser of a shop in which two addresses break."""
    settings.ROOT_URLCONF = "tests.broken_urls"
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


def assert_error_page(answer: Response, status: int, language: str = "en") -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    page = html(answer)
    assert f'<html lang="{language}">' in page
    assert page.count("<h1>") == 1
    assert "Traceback" not in page
    assert answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Request-ID"]


def assert_in_envelope(answer: Any, status: int, phrase: str) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == ["status", "status_message", "error", "codes"]
    assert (body["status"], body["status_message"]) == (status, phrase)
    assert list(body["error"]) == list(body["codes"]) == ["base"]
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", "testserver:x"])
@pytest.mark.parametrize("path", ["/", "/livez", "/tiers/s/", "/nothing/here"])
def test_unknown_host_is_400(host: str, path: str) -> None:
    assert_error_page(visitor().get(path, headers={"host": host}), 400)


def test_unknown_host_is_400_in_the_envelope_under_api() -> None:
    answer = visitor().get("/api/orders", headers={"host": "evil.example"})
    assert_in_envelope(answer, 400, "Bad Request")
    assert "evil" not in html(answer)


@pytest.mark.parametrize("language", ["de", "en"])
def test_unknown_address_is_404_in_the_browsers_language(language: str) -> None:
    answer = visitor(language=language).get("/nothing/here")
    assert_error_page(answer, 404, language)
    assert ("Page not found" in words(answer)) == (language == "en")
    assert 'href="/"' in html(answer)
    assert "Anything you ordered" in words(answer) or language == "de"


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/orders/", "/api/orders/a/b"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_address_under_api_is_404_in_the_envelope(path: str, method: str) -> None:
    answer = getattr(visitor(), method)(path, content_type="application/json")
    assert_in_envelope(answer, 404, "Not Found")


def test_address_that_only_begins_like_the_api_is_a_page() -> None:
    assert_error_page(visitor().get("/apiary"), 404)


@pytest.mark.parametrize(
    ("what", "status", "phrase"),
    [
        ("broken", 500, "Internal Server Error"),
        ("forbidden", 403, "Forbidden"),
        ("suspicious", 400, "Bad Request"),
    ],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_breaks_is_told_on_a_page_and_in_the_envelope(
    what: str, status: int, phrase: str, broken: Client
) -> None:
    answer = broken.get(f"/{what}")
    assert_error_page(answer, status)
    assert_headers(answer)
    assert_in_envelope(broken.get(f"/api/{what}"), status, phrase)


def test_page_of_a_fault_says_what_is_safe_and_nothing_of_the_fault(broken: Client) -> None:
    answer = broken.get("/broken")
    assert "division" not in html(answer)
    assert "stored" in words(answer)


@db
def test_page_of_a_fault_needs_no_database(
    broken: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert_error_page(broken.get("/broken"), 500)


def test_error_pages_need_nothing_that_may_have_failed(broken: Client) -> None:
    # No database is there in this test at all, and the session's is asked for by nobody.
    broken.cookies["sessionid"] = "x"
    assert_error_page(broken.get("/broken"), 500)
    assert_error_page(broken.get("/nothing/here"), 404)


@pytest.mark.parametrize("language", ["de", "en"])
def test_database_that_is_away_is_told_and_when_to_come_back(language: str, broken: Client) -> None:
    answer = broken.get("/away", headers={"accept-language": language})
    assert_error_page(answer, 503, language)
    assert_headers(answer)
    assert answer.headers["Retry-After"] == "30"
    assert "no-store" in answer.headers["Cache-Control"]
    assert ("We'll be right back" in words(answer)) == (language == "en")
    assert "refused" not in html(answer)


def test_database_that_is_away_is_told_to_programs_in_their_shapes(broken: Client) -> None:
    answer = broken.get("/api/away")
    assert_in_envelope(answer, 503, "Service Unavailable")
    assert answer.headers["Retry-After"] == "30"
    answer = broken.get("/order/away")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    fault = answer.json()["serverError"]
    assert (fault["code"], fault["details"]) == (503, "")


@db
@pytest.mark.parametrize("path", ["/", "/tiers/s/", "/checkout/", "/register/" + "a" * 32 + "/"])
def test_page_is_away_with_its_database(path: str) -> None:
    def away(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    browser = Client(raise_request_exception=False)
    browser.cookies["OwnerId"] = "9f1c1b3e-4a3d-4c57-8f0e-0d5c2a6b7e11"
    browser.cookies["sessionid"] = "x"
    with connection.execute_wrapper(away):
        assert_error_page(browser.get(path), 503, "de")


@pytest.mark.parametrize("path", ["broken", "forbidden", "suspicious", "away", "nothing"])
def test_error_page_leads_on_and_names_its_reference_number(path: str, broken: Client) -> None:
    answer = broken.get(f"/{path}")
    page = html(answer)
    header = page.partition("<header")[2].partition("</header>")[0]
    for url in ("/", "/register/", "/portal/"):
        assert f'href="{url}"' in header
    reference = answer.headers["X-Request-ID"]
    assert f'<code class="reference">{reference}</code>' in page
    assert 'href="mailto:hilfe@slate.example"' in page
    assert 'href="/contact/"' in page


@db
def test_form_that_is_refused_and_too_many_attempts_name_a_reference_number() -> None:
    browser = visitor()
    browser.handler.enforce_csrf_checks = True
    refused = browser.post("/checkout/tier/", {"product": "s"})
    assert refused.status_code == 403
    assert f'<code class="reference">{refused.headers["X-Request-ID"]}</code>' in html(refused)


def test_error_pages_speak_both_languages(broken: Client) -> None:
    pages = {"/broken": 500, "/forbidden": 403, "/suspicious": 400, "/away": 503, "/nothing": 404}
    for path, status in pages.items():
        for language in ("de", "en"):
            answer = broken.get(f"{path}?lang={language}")
            assert_error_page(answer, status, language)
            assert '<a href="?lang=de"' in html(answer)
            assert '<a href="?lang=en"' in html(answer)


@db
def test_form_without_its_token_is_told_kindly() -> None:
    for language in ("en", "de"):
        browser = visitor(language=language)
        browser.handler.enforce_csrf_checks = True
        answer = browser.post("/checkout/tier/", {"product": "s"})
        assert_error_page(answer, 403, language)
        assert ("Please send this form again" in words(answer)) == (language == "en")
