"""The open order in a real browser: shared with programs, safe from other sites, true to its price."""

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from portal.accounts.management.commands.demo_data import CUSTOMER, PROMO_CODE, STAFF
from tests.journey.billing import declare_business, fill_in_billing
from tests.journey.conftest import OpenContext, check_accessibility

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

# Everything a page may try: by script with and without asking first, and by a plain form.
ATTACK = """<!doctype html><title>A page of somebody else</title>
<form id="form" method="post" enctype="text/plain" action="SHOP/order/action" target="frame">
  <input name='{"action":"submit","actionData":{"x":"' value='"}}'>
</form>
<iframe name="frame"></iframe>
<script>
  const calls = [
    ["POST", "/order"], ["PUT", "/order/account"], ["POST", "/order/account/products"],
    ["POST", "/order/action"], ["DELETE", "/order"], ["DELETE", "/order/account/contactInfo/regular"],
  ];
  const body = '{"action":"submit","currency":"EUR","language":"de"}';
  const attempts = [];
  for (const [method, path] of calls) {
    const options = {method, credentials: "include", body: method === "DELETE" ? undefined : body};
    attempts.push(fetch("SHOP" + path, {...options, headers: {"Content-Type": "application/json"}}));
    if (method === "POST") attempts.push(fetch("SHOP" + path, {...options, mode: "no-cors"}));
  }
  Promise.allSettled(attempts).then((all) => {
    document.getElementById("form").submit();
    const read = all.filter((one) => one.status === "fulfilled" && one.value.type !== "opaque");
    document.title = "done " + read.length;
  });
</script>"""


@pytest.fixture
def attacker(shop: str) -> Iterator[int]:
    """The port of another site's server."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = ATTACK.replace("SHOP", shop).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def choose(page: Page, slug: str) -> None:
    """Put a tier into the open order."""
    page.goto(f"/tiers/{slug}/")
    page.click("main form[action*='/checkout/'] button")
    page.wait_for_url("**/checkout/")


def owner_id(context: BrowserContext) -> str:
    """The cookie that makes the order this browser's."""
    (value,) = {each["value"] for each in context.cookies() if each["name"] == "OwnerId"}
    return value


def program(shop: str, owner: str, method: str, path: str, body: object = None) -> Any:
    """The answer to a program that sends the same cookie."""
    request = urllib.request.Request(
        shop + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Cookie": f"OwnerId={owner}", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def fill_in(page: Page) -> None:
    """Fill in all that ordering asks for."""
    page.fill("[name=user_email]", "nina@example.com")
    page.fill("[name=client_name]", "Film")
    page.fill("[name=project_name]", "Drei Tage im Mai")
    fill_in_billing(page)
    page.check("[name=terms]")


def test_browser_and_program_see_the_same_open_order(open_context: OpenContext, shop: str) -> None:
    context = open_context(locale="en")
    page = context.new_page()
    choose(page, "commercial")
    owner = owner_id(context)
    (product,) = program(shop, owner, "GET", "/order/account/products")["list"]
    assert product["offering"] == f"{shop}/tiers/commercial/"
    account = {"currency": "EUR", "language": "en", "name": "Named by a program"}
    program(shop, owner, "PUT", "/order/account", account)
    page.reload()
    expect(page.locator("[name=client_name]")).to_have_value("Named by a program")
    page.fill("[name=client_name]", "Named in the browser")
    page.click("button[name=place]")
    expect(page.locator(".error-summary")).to_be_visible()
    check_accessibility(page)
    assert program(shop, owner, "GET", "/order/account")["name"] == "Named in the browser"


def is_the_forms_answer(answer: Response) -> bool:
    """The attacker's form is sent last; its answer goes into a frame."""
    return answer.request.is_navigation_request() and answer.url.endswith("/order/action")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"], ids=["same site", "other site"])
def test_page_of_another_origin_changes_nothing(
    browser: Browser, shop: str, attacker: int, host: str
) -> None:
    # Another port of this host gets the cookie sent along, another host does not.
    context = browser.new_context(base_url=shop, locale="en")
    page = context.new_page()
    choose(page, "s")
    fill_in(page)
    page.fill("[name=user_email]", "not yet")
    page.click("button[name=place]")
    owner = owner_id(context)
    before = program(shop, owner, "GET", "/order/account")
    answers: list[Response] = []
    other = context.new_page()
    other.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 -- needs a function
    with other.expect_response(is_the_forms_answer):
        other.goto(f"http://{host}:{attacker}/")
        other.wait_for_function("document.title.startsWith('done')")
    assert other.title() == "done 0"  # no answer could be read
    changing = [
        each for each in answers if each.request.method != "OPTIONS" and each.url.startswith(shop)
    ]
    assert len(changing) >= 4
    assert {each.status for each in changing} == {403}
    assert not any("access-control-allow-origin" in each.headers for each in answers)
    assert program(shop, owner, "GET", "/order")["order"]["Status"] == "new"
    assert program(shop, owner, "GET", "/order/account") == before
    context.close()


def sign_in(page: Page, who: tuple[str, str]) -> None:
    """Through the form that is asked for."""
    page.locator("[name=login]").fill(who[0])
    page.locator("[name=password]").fill(who[1])
    page.locator("main [type=submit]").first.click()


def set_price(context: BrowserContext, tier: str, euros: str) -> None:
    """As staff, in the catalogue, which asks once more before the price counts."""
    page = context.new_page()
    page.goto("/staff/")
    if page.locator("[name=login]").count():
        sign_in(page, STAFF)
        page.wait_for_url("**/staff/")
    page.goto("/staff/catalogue/catalogue/product/")
    page.get_by_role("link", name=tier, exact=True).click()
    page.fill("[name=net_cents]", euros)
    page.click("[name=_save]")
    page.get_by_label(re.compile(f"{tier}: .* → .*{euros}")).check()
    page.click("[name=_save]")
    page.wait_for_url("**/catalogue/product/")
    page.close()


def test_price_that_changes_while_looking_is_confirmed_before_it_is_paid(
    open_context: OpenContext, browser: Browser, shop: str
) -> None:
    page = open_context(locale="en").new_page()
    choose(page, "dailies")
    fill_in(page)
    expect(page.locator("button[name=place]")).to_have_text(re.compile("€177.31"))
    # The admin's own pages are not ours to watch.
    staff = browser.new_context(base_url=shop, locale="en")
    set_price(staff, "Dailies", "200")
    try:
        page.click("button[name=place]")
        changed = page.get_by_role("alert").filter(has_text="The price has changed")
        expect(changed).to_contain_text("€177.31 a month, now it is €238.00")
        assert page.url.endswith("/checkout/")
        expect(page.locator("[name=client_name]")).to_have_value("Film")
        check_accessibility(page)
        page.click("button[name=place]")
        page.wait_for_url("**/register/*/")
        order_hash = page.url.rstrip("/").rpartition("/")[2]
        quoted = program(shop, owner_id(page.context), "GET", f"/orders/{order_hash}/quote")
        assert quoted["quote"]["Total"] == "238.00"
    finally:
        set_price(staff, "Dailies", "149")
        staff.close()


def test_promotion_code_is_seen_in_the_summary(open_context: OpenContext) -> None:
    page = open_context(locale="de").new_page()
    choose(page, "s")
    fill_in(page)
    page.locator("#promotion summary").click()
    page.fill("[name=promo_code]", PROMO_CODE)
    page.get_by_role("button", name="Anwenden").click()
    expect(page.locator("button[name=place]")).to_have_text(re.compile("52,48"))
    expect(page.locator("[name=client_name]")).to_have_value("Film")
    check_accessibility(page)


def test_two_tabs_and_the_back_button_place_one_order(open_context: OpenContext) -> None:
    context = open_context(locale="en")
    first, second = context.new_page(), context.new_page()
    choose(first, "s")
    second.goto("/checkout/")
    for page in (first, second):
        fill_in(page)
    for page in (first, second):
        page.click("button[name=place]")
        page.wait_for_url("**/register/*/")
    assert first.url == second.url
    first.go_back()
    first.wait_for_url("**/register/*/")
    assert first.url == second.url


def test_client_admin_chooses_a_client_in_the_checkout(open_context: OpenContext) -> None:
    page = open_context(locale="de").new_page()
    choose(page, "s")
    page.get_by_role("button", name=re.compile("Schon Kunde")).click()
    sign_in(page, CUSTOMER)
    page.wait_for_url("**/checkout/")
    check_accessibility(page)
    # Who is billed for it is known, so it is shown and not asked for again.
    own = page.get_by_role("radio", name=re.compile("Beispielfilm GmbH Rechnungen gehen an: "))
    own.check()
    expect(page.locator("[name=client_name]")).to_be_hidden()
    expect(page.locator("[name=billing_street]")).to_be_hidden()
    page.fill("[name=project_name]", "Der zweite Dreh")
    declare_business(page)
    page.check("[name=terms]")
    page.click("button[name=place]")
    page.wait_for_url("**/register/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Fertig"))
