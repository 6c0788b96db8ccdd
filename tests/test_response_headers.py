"""All headers of each kind of response: what is made fast must not lose one."""

import re
from typing import Any

import pytest
from csp.constants import NONE
from django.test import Client
from pytest_django import Settings

from shop.orders.models import Order
from tests.api.calls import EXAMPLE
from tests.factories import make_application, make_order, make_token
from tests.pages import at_checkout

pytestmark = pytest.mark.django_db

NOBODY = "0" * 32
FEATURES = (
    *("accelerometer", "browsing-topics", "camera", "display-capture", "geolocation"),
    *("gyroscope", "magnetometer", "microphone", "midi", "payment", "usb"),
)
# The directives of the policy are in no order.
POLICY = {
    *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'"),
    *("connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
}
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Request-ID": "mine-1",
}
API = EVERYWHERE | {
    "Cache-Control": "no-store",
    "Content-Language": "en",
    "Content-Type": "application/json",
    "Vary": "Accept-Language",
}
KEPT_BY_CALLER = API | {
    "Cache-Control": "private, no-cache",
    "Vary": {"Accept-Language", "Authorization"},
}
KEPT_NOWHERE = {
    "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private",
    "Expires": "now",
}
PAGE = EVERYWHERE | {"Content-Language": "en", "Content-Type": "text/html; charset=utf-8"}
SHOP_PAGE = PAGE | {"Vary": {"Accept-Encoding", "Accept-Language", "Cookie"}}
REGISTRATION = {
    **PAGE,
    **KEPT_NOWHERE,
    "Referrer-Policy": "no-referrer",
    "Vary": {"Accept-Language", "Cookie"},
    "X-Robots-Tag": "noindex, nofollow",
}
OF_APPLICATION = {
    "RateLimit-Policy": '"application";q=500;w=500000',
    "RateLimit": '"application";r=499;t=1000',
}
OF_NOBODY = {"RateLimit-Policy": '"anonymous";q=1;w=1000', "RateLimit": '"anonymous";r=0;t=1000'}


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.DEMO = False
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.RATE_LIMITS = {"application": (0.001, 500), "anonymous": (0.001, 1)}


def without_tag(found: dict[str, Any]) -> dict[str, Any]:
    """The headers but for ETag, which is checked."""
    assert re.fullmatch('W/"[0-9a-f]{32}"', found.pop("ETag"))
    return found


def headers_of(response: Any) -> dict[str, Any]:
    """The headers of `response`, without its length and what is different each time."""
    found: dict[str, Any] = dict(response.headers)
    length = int(found.pop("Content-Length"))
    assert length == len(response.content)
    found["Content-Security-Policy"] = set(found["Content-Security-Policy"].split("; "))
    if "," in found.get("Vary", ""):
        found["Vary"] = set(found["Vary"].split(", "))
    if "Expires" in found:
        found["Expires"] = "now"
    return found


def call(method: str, path: str, token: str = "", **options: Any) -> Any:
    headers = {"X-Request-ID": "mine-1", "Accept-Language": "en"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    headers |= options.pop("headers", {})
    browser = Client(REMOTE_ADDR="203.0.113.7")
    return browser.generic(method, path, headers=headers, secure=True, **options)


@pytest.mark.parametrize(
    ("method", "body", "status", "more"),
    [
        ("POST", EXAMPLE, 201, OF_APPLICATION),
        ("POST", '{"order":{}}', 422, OF_APPLICATION),
        ("GET", "", 200, OF_APPLICATION),
        ("PUT", "", 405, {"Allow": "GET, POST"}),
    ],
)
def test_headers_of_calls_with_a_token(
    method: str, body: str, status: int, more: dict[str, Any]
) -> None:
    token, json = make_token(make_application()), "application/json"
    answer = call(method, "/api/orders", token, data=body, content_type=json)
    found = headers_of(answer)
    if status == 201:
        more = more | {"Location": f"/api/orders/{Order.objects.get().order_hash}"}
    if (method, status) == ("GET", 200):
        assert found.pop("Links") == found.pop("Link")
        more = KEPT_BY_CALLER | more | {"Total": "0", "Per-Page": "20"}
        found = without_tag(found)
    assert (answer.status_code, found) == (status, API | more)


def test_headers_of_one_order_and_of_none() -> None:
    token = make_token(make_application())
    placed = call("POST", "/api/orders", token, data=EXAMPLE, content_type="application/json")
    told = {**OF_APPLICATION, "RateLimit": '"application";r=498;t=2000'}
    shown = call("GET", placed["Location"], token)
    assert (shown.status_code, without_tag(headers_of(shown))) == (200, KEPT_BY_CALLER | told)
    told = {**OF_APPLICATION, "RateLimit": '"application";r=497;t=3000'}
    unknown = call("GET", f"/api/orders/{NOBODY}", token)
    assert (unknown.status_code, headers_of(unknown)) == (404, API | told)


@pytest.mark.parametrize(
    ("token", "challenge"), [("", "Bearer"), ("unknown", 'Bearer error="invalid_token"')]
)
def test_headers_of_calls_without_a_live_token(token: str, challenge: str) -> None:
    refused = call("GET", f"/api/orders/{NOBODY}", token)
    told = OF_NOBODY | {"WWW-Authenticate": challenge}
    assert (refused.status_code, headers_of(refused)) == (401, API | told)
    refused = call("GET", f"/api/orders/{NOBODY}", token)
    found = headers_of(refused)
    assert 990 < int(found.pop("Retry-After")) <= 1000
    assert (refused.status_code, found) == (429, API | OF_NOBODY)


@pytest.mark.parametrize("path", ["/", "/tiers/s/"])
def test_headers_of_the_shops_pages(path: str) -> None:
    page = call("GET", path)
    assert (page.status_code, headers_of(page)) == (200, SHOP_PAGE)
    assert list(page.cookies) == ["csrftoken"]


def test_policy_that_a_deployment_tries_out_is_sent_besides(settings: Settings) -> None:
    settings.CONTENT_SECURITY_POLICY_REPORT_ONLY = {"DIRECTIVES": {"default-src": [NONE]}}
    found = headers_of(call("GET", "/"))
    tried_out = {"Content-Security-Policy-Report-Only": "default-src 'none'"}
    assert found == SHOP_PAGE | tried_out


def test_headers_of_the_checkout() -> None:
    browser, _form = at_checkout()
    page = browser.get("/checkout/", headers={"X-Request-ID": "mine-1"}, secure=True)
    vary = {"Vary": {"Accept-Language", "Cookie"}}
    assert (page.status_code, headers_of(page)) == (200, PAGE | KEPT_NOWHERE | vary)


def test_headers_of_the_registration_page_and_its_live_part() -> None:
    path = f"/register/{make_order().order_hash}/"
    page = call("GET", path)
    assert (page.status_code, headers_of(page)) == (200, REGISTRATION)
    found = re.search(r'hx-get="([^"]+)"', page.content.decode())
    assert found
    htmx = {"HX-Request": "true"}
    unchanged = call("GET", found[1].replace("&amp;", "&"), headers=htmx)
    assert (unchanged.status_code, headers_of(unchanged)) == (204, REGISTRATION)
    changed = call("GET", f"{path}progress/", headers=htmx)
    assert (changed.status_code, headers_of(changed)) == (200, REGISTRATION)


def test_headers_of_a_page_that_does_not_exist_and_of_liveness() -> None:
    page = call("GET", "/nothing")
    told = PAGE | {"Vary": {"Accept-Language", "Cookie"}}
    assert (page.status_code, headers_of(page)) == (404, told)
    alive = call("GET", "/livez")
    told = EVERYWHERE | KEPT_NOWHERE | {"Vary": "Accept-Language", "Content-Language": "en"}
    assert (alive.status_code, headers_of(alive)) == (200, told | {"Content-Type": "text/plain"})
