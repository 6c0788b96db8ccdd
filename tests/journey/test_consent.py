"""A partner's program, from the back office to its first token, under our own security policy."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.management.commands.demo_data import STAFF
from tests.accounts.oauth import CHALLENGE, VERIFIER
from tests.journey.conftest import OpenContext, check_accessibility

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]


class PartnersPage(BaseHTTPRequestHandler):
    """The page where the program waits for its code."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>Kranplaner</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def partner() -> Iterator[str]:
    """The address of the program's own page, of another origin than the shop."""
    with ThreadingHTTPServer(("127.0.0.1", 0), PartnersPage) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/back"
        server.shutdown()
        thread.join()


def shown(page: Page, name: str) -> str:
    """A fact of the application's page."""
    cell = page.locator("dt", has_text=name).first.locator("xpath=following-sibling::dd")
    return cell.locator("span").first.inner_text() if name != "Client-ID" else cell.inner_text()


def test_consent_leads_to_the_program_and_its_token(
    open_context: OpenContext, partner: str
) -> None:
    page = open_context(locale="de").new_page()
    page.goto("/staff/applications/new/")
    page.locator("[name=login]").fill(STAFF[0])
    page.locator("[name=password]").fill(STAFF[1])
    page.locator("main [type=submit]").click()
    page.wait_for_url("**/staff/applications/new/")
    check_accessibility(page)
    page.locator("[name=name]").fill("Kranplaner")
    page.locator("[name=redirect_uris]").fill(partner)
    page.get_by_role("button", name="Anwendung anlegen").click()
    expect(page.get_by_role("heading", level=1, name="Kranplaner")).to_be_visible()
    check_accessibility(page)
    client_id, secret = shown(page, "Client-ID"), shown(page, "Client-Secret")
    page.locator("[name=name]").fill("Server")
    page.get_by_role("button", name="Token ausstellen").click()
    expect(page.get_by_role("link", name="Widerrufen Server")).to_be_visible()
    check_accessibility(page)
    query = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": partner,
        "state": "mine",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    page.goto(f"/oauth/authorize?{urlencode(query)}")
    check_accessibility(page)
    page.get_by_role("button", name="Erlauben", exact=True).click()
    page.wait_for_url(f"{partner}?*")
    code = page.evaluate("new URLSearchParams(location.search).get('code')")
    answer = page.request.post(
        "/oauth/token",
        form={
            "grant_type": "authorization_code",
            "client_id": client_id,
            "client_secret": secret,
            "code": code,
            "redirect_uri": partner,
            "code_verifier": VERIFIER,
        },
    )
    assert answer.status == 200
    value = answer.json()["access_token"]
    orders = page.request.get("/api/orders", headers={"Authorization": f"Bearer {value}"})
    assert orders.json()["data"] == {"array": []}
