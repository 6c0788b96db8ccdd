"""Passkeys in a real browser, on a virtual device."""

import re

import pytest
from playwright.sync_api import expect

from tests.journey.conftest import OpenContext
from tests.journey.members import authenticator, invited, joined, look, sign_in, sign_out

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

WORDS = {
    "en": {
        "join": "Join",
        "passkey": "Join with a passkey",
        "by": "Sign in with a passkey",
    },
    "de": {
        "join": "Beitreten",
        "passkey": "Mit Passkey beitreten",
        "by": "Mit Passkey anmelden",
    },
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_member_joins_by_passkey_and_signs_in_by_it(
    open_context: OpenContext, language: str
) -> None:
    page = open_context(locale=language).new_page()
    authenticator(page)
    _email, link = invited(page)
    page.goto(link)
    look(page)
    page.locator("[name=terms]").check()
    page.get_by_role("button", name=WORDS[language]["passkey"]).click()
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
    # Nobody who has just signed in is asked for the passkey again.
    page.locator("a[href$='/add/']").click()
    page.wait_for_url("**/account/2fa/webauthn/add/")
    look(page)
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
    page.wait_for_url("**/account/2fa/webauthn/add/")
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
    page.wait_for_url("**/remove/")
    look(page)
    page.locator("main form .button--primary").click()
    page.wait_for_url("**/account/2fa/")
    sign_out(page)
    sign_in(page, email)
    page.wait_for_url("**/portal/")


def test_passkey_that_is_chosen_in_the_field_signs_in(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    authenticator(page, in_fields=True)
    _email, link = invited(page)
    page.goto(link)
    page.locator("[name=terms]").check()
    page.get_by_role("button", name=WORDS["en"]["passkey"]).click()
    page.wait_for_url("**/portal/")
    sign_out(page)
    page.goto("/account/login/?next=/tiers/s/", wait_until="commit")
    page.wait_for_url(re.compile(r":\d+/tiers/s/$"))
    expect(page.locator(".site-nav form button")).to_be_visible()


def test_field_of_the_sign_in_page_tells_browsers_to_offer_passkeys(
    open_context: OpenContext,
) -> None:
    page = open_context(locale="en").new_page()
    page.add_init_script(
        "navigator.credentials.get = (options) => { window.asked = options.mediation;"
        " return new Promise(() => {}); }"
    )
    page.goto("/account/login/")
    expect(page.locator("[name=login]")).to_have_attribute("autocomplete", "username webauthn")
    page.wait_for_function("window.asked === 'conditional'")
    # Signing in by password works all the same.
    page.locator("[name=login]").fill("nobody@example.com")
    page.locator("[name=password]").fill("no password of theirs")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()


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
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_have_text(
        "That did not work, or it was cancelled. Please try again."
    )
    look(page)


def test_without_scripts_the_passkey_is_not_offered(open_context: OpenContext) -> None:
    page = open_context(locale="en", java_script_enabled=False).new_page()
    page.goto("/account/login/")
    expect(page.locator("#passkey_login")).to_be_hidden()
    expect(page.locator("[name=password]")).to_be_visible()
