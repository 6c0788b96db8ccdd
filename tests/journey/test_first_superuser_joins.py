"""The first superuser, in a browser: from the link that setup mails to the overview, and back in."""

import re

import pytest
from django.core.mail import EmailMessage
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from shop.operations.setup.first_superuser import invite_first_superuser
from tests.accounts.factors import app_code
from tests.journey.conftest import PATIENCE
from tests.journey.members import authenticator, look, sign_out
from tests.operations.test_first_superuser import ADA, link_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]

PASSWORD = "another quiet paper"


@pytest.fixture
def page(
    browser: Browser, live_server: LiveServer, settings: Settings, mailoutbox: list[EmailMessage]
) -> Page:
    """The page behind the mailed link, outside the demo."""
    settings.DEMO = False
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.BASE_URL = f"http://localhost:{live_server.url.rpartition(':')[2]}"
    invite_first_superuser(ADA, language="en", by_mail=True, again=False)
    context = browser.new_context(base_url=settings.BASE_URL, locale="en")
    context.set_default_timeout(PATIENCE)
    found = context.new_page()
    found.goto(link_in(str(mailoutbox[-1].body)))
    return found


def see_overview(page: Page) -> None:
    page.goto("/staff/overview/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def test_superuser_with_password_and_app_reaches_the_overview(page: Page) -> None:
    look(page)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=user_first_name]").fill("Ada")
    page.get_by_role("button", name="Join", exact=True).click()
    # Nothing of the back office is shown before the second step, and nothing waits for a mail.
    page.wait_for_url("**/account/2fa/")
    expect(page.get_by_text("The back office requires more than a password")).to_be_visible()
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("main code").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(app_code(secret))
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("link", name="I've saved them").click()
    page.wait_for_url("**/staff/")
    see_overview(page)
    sign_out(page)
    page.goto("/account/login/")
    page.locator("[name=login]").fill(ADA)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/2fa/authenticate/")
    page.locator("[name=code]").fill(app_code(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/staff/")
    page.context.close()


def test_superuser_with_a_passkey_reaches_the_overview(page: Page) -> None:
    authenticator(page)
    page.reload()
    page.get_by_role("button", name="Join with a passkey instead").click()
    page.wait_for_url("**/account/2fa/webauthn/add/")
    page.locator("#passkey_add").click()
    page.wait_for_url(re.compile("/account/2fa/recovery-codes/|/staff/$"))
    see_overview(page)
    page.context.close()
