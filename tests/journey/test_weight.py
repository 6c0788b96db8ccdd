"""The weight of the public pages on the wire, measured by the browser itself."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journey.conftest import OpenContext, report_requests

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

SLUGS = ["starter", "commercial", "studio", "dailies", "yamdu-free", "s", "m", "l", "xl"]
PATHS = ["/", *(f"/tiers/{slug}/" for slug in SLUGS)]
MOST_REQUESTS = 8
MOST_BYTES = 25_000
MOST_BYTES_OF_AN_ORDER = 35 * 1024
# All that moved although nobody had touched the page: by how much, and from where to where.
SHIFTS = """() => new Promise((resolve) => {
  const shifts = [];
  const edges = ({ top, left, width, height }) => [top, left, width, height].join(" ");
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) for (const each of shift.sources) {
      const [from, to] = [edges(each.previousRect), edges(each.currentRect)];
      shifts.push(`${shift.value}: ${each.node?.outerHTML?.slice(0, 80)} from ${from} to ${to}`);
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(shifts), 300);
})"""


@dataclass
class Wire:
    """The transfers of a page: bytes by address, heads and bodies."""

    kinds: dict[str, str] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    bytes: dict[str, int] = field(default_factory=dict)


def listen(page: Page, *, cached: bool = False) -> Wire:
    """Write down what `page` transfers from now on."""
    wire = Wire()
    addresses: dict[str, str] = {}
    session = page.context.new_cdp_session(page)

    def on_response(event: dict[str, Any]) -> None:
        response = event["response"]
        addresses[event["requestId"]] = path = urlsplit(response["url"]).path
        wire.kinds[path] = event["type"]
        wire.headers[path] = {name.lower(): value for name, value in response["headers"].items()}

    def on_finish(event: dict[str, Any]) -> None:
        wire.bytes[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    session.on("Network.responseReceived", on_response)
    session.on("Network.loadingFinished", on_finish)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": not cached})
    return wire


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_page_is_light_and_still(open_context: OpenContext, path: str, language: str) -> None:
    page = open_context(locale=language, viewport={"width": 390, "height": 844}).new_page()
    wire = listen(page)
    page.goto(path, wait_until="networkidle")
    assert page.evaluate("document.documentElement.lang") == language
    assert set(wire.kinds.values()) <= {"Document", "Stylesheet", "Other"}
    # The icon is not asked for where there is no window to show it in; it counts all the same.
    icon = str(page.locator("link[rel=icon]").get_attribute("href"))
    answer = page.request.get(icon)
    wire.bytes.setdefault(icon, len(answer.body()) + 500)
    assert len(wire.bytes) <= MOST_REQUESTS, wire.bytes
    assert sum(wire.bytes.values()) <= MOST_BYTES, wire.bytes
    assert page.evaluate(SHIFTS) == []
    print(path, language, len(wire.bytes), sum(wire.bytes.values()))


def test_page_of_an_order_is_light(open_context: OpenContext) -> None:
    page = open_context(locale="de", viewport={"width": 375, "height": 667}).new_page()
    order = {"product": "s", "client_name": "Film", "project_name": "P", "user_email": "n@gmx.com"}
    answer = page.request.post(
        "/api/orders",
        data={"order": order},
        headers={"Authorization": "Bearer example-token"},
    )
    wire = listen(page)
    page.goto(answer.json()["data"]["order"]["registration_url"])
    page.wait_for_load_state()
    expect(page.locator("#headline")).to_be_in_viewport(ratio=1)
    report_requests(page)
    first = {path: size for path, size in wire.bytes.items() if "/progress/" not in path}
    assert sum(first.values()) <= MOST_BYTES_OF_AN_ORDER, first


def test_files_are_compressed_and_kept_for_ever(open_context: OpenContext) -> None:
    page = open_context(locale="de").new_page()
    wire = listen(page)
    page.goto("/", wait_until="networkidle")
    assert wire.headers["/"]["content-encoding"] == "gzip"
    sheets = [path for path, kind in wire.kinds.items() if kind == "Stylesheet"]
    assert len(sheets) == 6
    for path in sheets:
        # Chromium takes brotli over https only; without it a file goes out as gzip.
        assert wire.headers[path]["content-encoding"] in {"br", "gzip"}
        assert wire.headers[path]["cache-control"] == "max-age=315360000, public, immutable"
    answer = page.request.get(sheets[0], headers={"Accept-Encoding": "br"})
    assert answer.headers["content-encoding"] == "br"


def test_second_page_loads_itself_and_its_own_sheet_alone(open_context: OpenContext) -> None:
    page = open_context(locale="de").new_page()
    page.goto("/", wait_until="networkidle")
    wire = listen(page, cached=True)
    page.locator(".tier h4 a[href='/tiers/m/']").click()
    page.wait_for_load_state("networkidle")
    # What a browser has kept is not transferred. It may ask for the first page's icon so late.
    names = {re.sub(r"\.[0-9a-f]{12}\.", ".", path) for path, size in wire.bytes.items() if size}
    assert {name for name in names if "/favicon." not in name} == {
        "/tiers/m/",
        "/static/css/plan.css",
    }


@pytest.mark.parametrize("path", ["/account/login/", "/register/", "/checkout/"])
def test_pages_that_hold_what_was_typed_are_not_compressed(
    open_context: OpenContext, path: str
) -> None:
    page = open_context(locale="de").new_page()
    page.goto("/tiers/s/")
    page.locator("main form .button").click()
    answer = page.request.get(path)
    assert answer.status == 200
    assert "content-encoding" not in answer.headers
