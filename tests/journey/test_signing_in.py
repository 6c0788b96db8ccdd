"""Passkeys, authenticator app, sessions: in a real browser with a virtual authenticator."""

import re
import uuid

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.accounts.factors import app_code
from tests.journey.conftest import OpenContext, check_accessibility
from tests.journey.test_journey import PASSWORD, link_in, newest_mail

pytestmark = pytest.mark.browser

WORDS = {
    "en": {"join": "Join", "passkey": "Join with a passkey instead", "by": "Sign in by passkey"},
    "de": {
        "join": "Beitreten",
        "passkey": "Stattdessen mit Passkey beitreten",
        "by": "Mit Passkey anmelden",
    },
}


def authenticator(page: Page) -> CDPSession:
    """A device with fingerprint reader, on which its owner's finger always lies."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


def invited(page: Page) -> tuple[str, str]:
    """Somebody whose order is packed: their address and the link that was mailed to them."""
    email = f"nina-{uuid.uuid4().hex[:8]}@example.com"
    order = {
        "product": "s",
        "client_name": "Film",
        "project_name": "Drei Tage im Mai",
        "user_email": email,
    }
    page.request.post(
        "/api/orders",
        data={"order": order},
        headers={"Authorization": "Bearer example-token"},
    )
    return email, link_in(newest_mail(page, email, 2), "join/")


def joined(page: Page) -> str:
    """A new member who has joined by password; their address."""
    email, link = invited(page)
    page.goto(link)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main .button--primary").click()
    page.wait_for_url("**/portal/")
    return email


def sign_out(page: Page) -> None:
    page.locator(".site-nav form button").click()
    page.wait_for_load_state()


def sign_in(page: Page, email: str) -> None:
    """Type address and password."""
    page.goto("/account/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def look(page: Page) -> None:
    """axe finds nothing on the page, in light and in dark."""
    # Without motion: colours on their way from one to the other have little contrast.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    check_accessibility(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    check_accessibility(page)


@pytest.mark.parametrize("language", ["de", "en"])
def test_member_joins_by_passkey_and_signs_in_by_it(
    open_context: OpenContext, language: str
) -> None:
    page = open_context(locale=language).new_page()
    authenticator(page)
    _email, link = invited(page)
    page.goto(link)
    look(page)
    page.get_by_role("button", name=WORDS[language]["passkey"]).click()
    page.wait_for_url("**/account/2fa/webauthn/add/")
    look(page)
    # The name is there already, and the Enter key is enough.
    page.locator("[name=name]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    expect(page.get_by_text("Drei Tage im Mai").first).to_be_visible()
    sign_out(page)
    page.goto("/account/login/?next=/tiers/s/")
    look(page)
    page.get_by_role("button", name=WORDS[language]["by"]).click()
    page.wait_for_url(re.compile(r":\d+/tiers/s/$"))
    page.goto("/account/2fa/")
    look(page)
    expect(page.get_by_role("rowheader", name=re.compile("Chrome"))).to_be_visible()
    # Before another change the passkey is asked for.
    page.locator("a[href$='/add/']").click()
    page.wait_for_url("**/webauthn/reauthenticate/**")
    look(page)
    page.locator("#passkey_use").click()
    page.wait_for_url("**/account/2fa/webauthn/add/")
    # The device has one already and says so.
    page.locator("#passkey_add").click()
    expect(page.locator("#passkey_problem")).to_have_text(re.compile("."))
    look(page)


@pytest.mark.parametrize("language", ["de", "en"])
def test_passkey_is_added_beside_a_password_renamed_and_removed(
    open_context: OpenContext, language: str
) -> None:
    page = open_context(locale=language).new_page()
    authenticator(page)
    email = joined(page)
    page.goto("/account/2fa/")
    look(page)
    page.locator("a[href$='/webauthn/add/']").click()
    page.wait_for_url("**/account/reauthenticate/**")
    look(page)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/webauthn/add/")
    page.locator("[name=name]").fill("Schreibtisch")
    page.locator("#passkey_add").click()
    page.wait_for_url("**/recovery-codes/")
    look(page)
    page.goto("/account/2fa/")
    page.locator("a[href$='/edit/']").click()
    look(page)
    page.locator("[name=name]").fill("Sofa")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/")
    expect(page.get_by_role("rowheader", name="Sofa")).to_be_visible()
    sign_out(page)
    # A password alone is not enough any more.
    sign_in(page, email)
    page.wait_for_url("**/2fa/authenticate/")
    look(page)
    page.locator("#passkey_use").click()
    page.wait_for_url("**/portal/")
    page.goto("/account/2fa/")
    page.locator("a[href$='/remove/']").click()
    page.wait_for_url("**/reauthenticate/**")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/remove/")
    look(page)
    page.locator("main form .button--primary").click()
    page.wait_for_url("**/account/2fa/")
    sign_out(page)
    sign_in(page, email)
    page.wait_for_url("**/portal/")


@pytest.mark.parametrize("language", ["de", "en"])
def test_app_and_recovery_codes(open_context: OpenContext, language: str) -> None:
    page = open_context(locale=language).new_page()
    email = joined(page)
    page.goto("/account/2fa/totp/activate/")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/totp/activate/")
    look(page)
    expect(page.locator(".qr svg")).to_be_visible()
    secret = page.locator("main code").inner_text()
    page.locator("[name=code]").fill(app_code(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    recovery = page.locator(".codes code").all_inner_texts()
    assert len(recovery) == 10
    sign_out(page)
    sign_in(page, email)
    page.wait_for_url("**/2fa/authenticate/")
    look(page)
    page.locator("[name=code]").fill("000000")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    look(page)
    page.locator("[name=code]").fill(app_code(secret))
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    for number, enough in ((0, True), (0, False)):
        sign_out(page)
        sign_in(page, email)
        page.locator("[name=code]").fill(recovery[number])
        page.keyboard.press("Enter")
        page.wait_for_url("**/portal/" if enough else "**/2fa/authenticate/")
        if not enough:
            expect(page.locator(".error-summary")).to_be_visible()
    page.locator("[name=code]").fill(recovery[1])
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    for path in ("totp/deactivate/", "recovery-codes/generate/", "reauthenticate/"):
        page.goto(f"/account/2fa/{path}")
        look(page)


@pytest.mark.parametrize("language", ["de", "en"])
def test_sign_out_elsewhere_ends_the_other_browser(
    open_context: OpenContext, language: str
) -> None:
    here, there = (open_context(locale=language).new_page() for _ in range(2))
    email = joined(here)
    sign_in(there, email)
    there.wait_for_url("**/portal/")
    here.goto("/account/sessions/")
    look(here)
    expect(here.locator("tbody tr")).to_have_count(2)
    here.locator("main form button").click()
    expect(here.locator("tbody tr")).to_have_count(1)
    look(here)
    there.goto("/portal/")
    there.wait_for_url("**/account/login/**")


@pytest.mark.parametrize("language", ["de", "en"])
def test_mailed_code_lets_in_and_proves_another_address(
    open_context: OpenContext, language: str
) -> None:
    context = open_context(locale=language)
    page, mailbox = context.new_page(), context.new_page()
    email = joined(page)
    sign_out(page)
    page.goto("/account/login/code/")
    look(page)
    page.locator("[name=email]").fill(email)
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm/")
    look(page)
    page.locator("[name=code]").fill(code_in(newest_mail(mailbox, email, 3)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    page.goto("/account/email/")
    look(page)
    new = f"new-{email}"
    page.locator("[name=email]").fill(new)
    page.keyboard.press("Enter")
    page.wait_for_url("**/reauthenticate/**")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/confirm-email/")
    look(page)
    text = mail_to(mailbox, new)
    page.locator("[name=code]").fill(code_in(text))
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")
    expect(page.get_by_text(new).first).to_be_visible()
    for path in ("password/change/", "password/reset/", "logout/"):
        page.goto(f"/account/{path}")
        look(page)


def code_in(text: str) -> str:
    found = re.search(r"^\d{4} \d{4}$", text, re.MULTILINE)
    assert found, text
    return found[0]


def mail_to(page: Page, address: str) -> str:
    """The text of the only mail to `address`, which has another's address within."""
    page.goto("/dev/mailbox/")
    mail = page.get_by_role("row").filter(has_text=address)
    for _ in range(60):
        if mail.count():
            break
        page.wait_for_timeout(250)
        page.reload()
    mail.first.get_by_role("link").click()
    return page.locator("pre.mail").first.inner_text()


def test_at_a_number_the_page_says_that_passkeys_need_a_name(
    open_context: OpenContext, shop: str
) -> None:
    page = open_context(locale="en").new_page()
    page.goto(f"{shop.replace('localhost', '127.0.0.1')}/account/login/")
    look(page)
    page.get_by_role("link", name="Open this page at localhost").click()
    page.wait_for_url(f"{shop}/account/login/")


def test_passkey_that_is_refused_is_told_and_nothing_is_lost(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    page.goto("/account/login/")
    page.evaluate(
        "() => { const refusal = new DOMException('', 'NotAllowedError');"
        " navigator.credentials.get = () => Promise.reject(refusal); }"
    )
    page.get_by_role("button", name="Sign in by passkey").click()
    expect(page.get_by_role("alert")).to_have_text(
        "That did not work, or it was cancelled. Please try again."
    )
    look(page)


def test_without_scripts_the_passkey_is_not_offered(open_context: OpenContext) -> None:
    page = open_context(locale="en", java_script_enabled=False).new_page()
    page.goto("/account/login/")
    expect(page.locator("#passkey_login")).to_be_hidden()
    expect(page.locator("[name=password]")).to_be_visible()
