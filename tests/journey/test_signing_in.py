"""App, recovery codes, sessions and mailed codes in a real browser."""

import pytest
from playwright.sync_api import expect

from tests.accounts.factors import app_code
from tests.journey.conftest import OpenContext
from tests.journey.members import code_in, joined, look, mail_to, sign_in, sign_out
from tests.journey.test_journey import PASSWORD, newest_mail

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("language", ["de", "en"])
def test_app_and_recovery_codes(open_context: OpenContext, language: str) -> None:
    page = open_context(locale=language).new_page()
    email = joined(page)
    page.goto("/account/2fa/totp/activate/")
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


def test_typed_password_can_be_looked_at(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    page.goto("/account/login/")
    password = page.locator("[name=password]")
    password.fill(PASSWORD)
    page.get_by_role("button", name="Show password").click()
    expect(password).to_have_attribute("type", "text")
    expect(page.get_by_role("status")).to_have_text("Your password is visible.")
    look(page)
    page.get_by_role("button", name="Hide password").press("Enter")
    expect(password).to_have_attribute("type", "password")
    expect(page.get_by_role("status")).to_have_text("Your password is hidden.")
    page.get_by_role("button", name="Show password").click()
    page.locator("[name=login]").fill("nobody@example.com")
    page.evaluate("addEventListener('submit', (event) => event.preventDefault())")
    page.locator("[name=login]").press("Enter")
    # Sent as a password, which browsers do not keep as a text.
    expect(password).to_have_attribute("type", "password")
    expect(password).to_have_value(PASSWORD)


def test_without_scripts_the_password_has_no_button(open_context: OpenContext) -> None:
    page = open_context(locale="en", java_script_enabled=False).new_page()
    page.goto("/account/login/")
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.locator("button[data-shows]")).to_be_hidden()


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
    # Who has just signed in is not asked again.
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
