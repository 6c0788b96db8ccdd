"""The error pages, and what every answer carries."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.factories import make_packed_order, make_staff, make_user
from tests.pages import Response, at_checkout, html, join_address, visitor, words

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


def assert_headers(answer: Response) -> None:
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in {"same-origin", "no-referrer"}
    assert answer.headers["X-Request-ID"]


def assert_in_envelope(answer: Any, status: int, phrase: str) -> None:
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert list(body) == ["status", "status_message", "error"]
    assert (body["status"], body["status_message"]) == (status, phrase)
    assert list(body["error"]) == ["base"]
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
    assert ("There is nothing at this address" in words(answer)) == (language == "en")
    assert 'href="/"' in html(answer)
    assert "Whatever you have ordered" in words(answer) or language == "de"


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
    assert ("We are away for a moment" in words(answer)) == (language == "en")
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
        assert ("Please send this form once more" in words(answer)) == (language == "en")


@db
def test_every_page_carries_the_headers() -> None:
    order = make_packed_order()
    member, staff = visitor(make_user()), visitor(make_staff("agent"))
    buyer, form = at_checkout()
    answers = [
        visitor().get("/"),
        visitor().get("/tiers/s/"),
        buyer.get("/checkout/"),
        buyer.post("/checkout/", form),
        visitor().get(f"/register/{order.order_hash}/"),
        visitor().get(f"/register/{order.order_hash}/progress/"),
        visitor().get(join_address(order)),
        visitor().get("/account/login/"),
        member.get("/portal/"),
        staff.get("/staff/"),
        staff.get(f"/staff/orders/{order.pk}/"),
        visitor().get("/dev/mailbox/"),
        visitor().get("/portal/"),
    ]
    for answer in answers:
        assert answer.status_code in {200, 302, 422}
        assert_headers(answer)


@db
def test_no_page_has_script_or_style_of_its_own() -> None:
    # The policy would stop it: a page that needs it would be broken.
    order = make_packed_order()
    member, staff = visitor(make_user()), visitor(make_staff("agent"))
    buyer, form = at_checkout()
    pages = [
        *(buyer.get(path) for path in ("/", "/tiers/s/", "/checkout/", "/nothing")),
        buyer.post("/checkout/", form),
        visitor().get(f"/register/{order.order_hash}/"),
        visitor().get(join_address(order)),
        *(visitor().get(f"/account/{path}/") for path in ("login", "password/reset", "inactive")),
        *(member.get(path) for path in ("/portal/", "/account/email/", "/account/logout/")),
        *(member.get(f"/account/{path}/") for path in ("2fa", "sessions", "reauthenticate")),
        member.get("/account/password/change/"),
        *(staff.get(path) for path in ("/staff/", f"/staff/orders/{order.pk}/")),
        visitor().get("/dev/mailbox/"),
    ]
    for page in pages:
        source = html(page)
        assert "<html" in source
        assert not re.search(r"<[^>]+\sstyle\s*=", source)
        assert not re.search(r"<[^>]+\son\w+\s*=", source)
        assert "<style" not in source
        assert "javascript:" not in source
        # Data is no script: for one of ours, or for search engines.
        data = r'type="application/(ld\+)?json"'
        assert not re.search(rf"<script(?![^>]*\s(src=|{data}))", source)
        outside = re.findall(r'(?:src|href|action)="(?:https?:)?//([^"/]+)', source)
        assert set(outside) <= {"testserver"}


@db
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("abc-123", True),
        ("x" * 64, True),
        ("x" * 65, False),
        ("a b", False),
        ("<b>", False),
        ("", False),
        ("a\n", False),
        ("ä", False),
    ],
)
def test_request_id_is_the_callers_where_it_is_well_formed(given: str, kept: bool) -> None:
    answer = visitor().get("/livez", HTTP_X_REQUEST_ID=given)
    if kept:
        assert answer.headers["X-Request-ID"] == given
    else:
        assert re.fullmatch("[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_request_ids_differ() -> None:
    assert len({visitor().get("/livez").headers["X-Request-ID"] for _ in range(5)}) == 5


def test_process_is_alive_without_a_database() -> None:
    answer = visitor().get("/livez")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer.headers["Cache-Control"]


@db
def test_process_is_ready_where_the_database_answers() -> None:
    answer = visitor().get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ok")
    assert "no-store" in answer.headers["Cache-Control"]


@db
def test_process_is_not_ready_where_the_database_does_not_answer() -> None:
    def away(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        answer = visitor().get("/readyz")
    assert answer.status_code == 503
    assert b"server closed" not in answer.content


def test_robots_are_told_what_is_not_theirs() -> None:
    answer = visitor().get("/robots.txt")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    for path in ("/register/", "/staff/", "/portal/", "/account/", "/checkout/", "/dev/", "/order"):
        assert f"Disallow: {path}" in lines
    assert "Disallow: /" not in lines


def test_icon_is_found_by_its_old_address() -> None:
    answer = visitor().get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/static/favicon")


@db
def test_pages_are_found_without_their_last_slash() -> None:
    answer = visitor().get("/tiers/s")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/tiers/s/")
