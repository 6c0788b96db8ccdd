"""The legal pages, and consent to the terms, in a real browser."""

import re
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from portal.accounts.management.commands.demo_data import STAFF
from tests.journey.billing import fill_in_billing
from tests.journey.conftest import OpenContext, check_accessibility, check_contrast

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

PHONE = {"width": 360, "height": 740}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_legal_pages_are_accessible_and_fit_on_phones(
    open_context: OpenContext, language: str, scheme: str
) -> None:
    check = check_contrast if scheme == "dark" else check_accessibility
    page = open_context(locale=language, color_scheme=scheme, viewport=PHONE).new_page()
    for path in ("/imprint/", "/privacy/", "/terms/", "/accessibility/", "/data-processing/"):
        page.goto(path)
        check(page)
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.goto("/")
    for question in page.locator(".questions summary").all():
        question.click()
    check(page)


def test_nothing_is_asked_of_anybody_else(open_context: OpenContext, shop: str) -> None:
    page = open_context(locale="de").new_page()
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    for path in ("/", "/tiers/s/", "/terms/", "/privacy/", "/imprint/"):
        page.goto(path, wait_until="networkidle")
    assert [cookie["name"] for cookie in page.context.cookies()] == ["csrftoken"]
    # The session holds the challenge for a passkey.
    page.goto("/account/login/", wait_until="networkidle")
    names = {str(cookie["name"]) for cookie in page.context.cookies()}
    assert names == {"csrftoken", "sessionid"}
    assert asked == {urlsplit(shop).netloc}


@pytest.fixture
def editor(open_context: OpenContext) -> Iterator[Page]:
    """Staff at the form of the terms; what was there before is published again in the end."""
    page = open_context(locale="en").new_page()
    page.goto("/staff/")
    page.locator("[name=login]").fill(STAFF[0])
    page.locator("[name=password]").fill(STAFF[1])
    page.locator("main [type=submit]").click()
    page.wait_for_url("**/staff/")
    page.goto("/staff/catalogue/content/page/terms/change/")
    before = page.locator("[name=text_en]").input_value()
    yield page
    page.goto("/staff/catalogue/content/page/terms/change/")
    page.locator("[name=text_en]").fill(before)
    page.get_by_role("button", name="Save", exact=True).click()


def test_customer_reads_the_terms_loses_nothing_and_is_asked_again_when_they_change(
    open_context: OpenContext, editor: Page
) -> None:
    page = open_context(locale="en", viewport=PHONE).new_page()
    page.goto("/tiers/s/")
    page.click("main form button")
    page.locator("[name=client_name]").fill("Film")
    with page.expect_popup() as opened:
        page.locator("main").get_by_role("link", name="Terms", exact=True).click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Terms and conditions")
    opened.value.close()
    expect(page.locator("[name=client_name]")).to_have_value("Film")
    page.locator("[name=project_name]").fill("Drei Tage im Mai")
    page.locator("[name=user_email]").fill(f"nina-{uuid.uuid4().hex[:8]}@example.com")
    fill_in_billing(page)
    box = page.get_by_label("I agree to the terms")
    expect(box).not_to_be_checked()
    order = page.get_by_role("button", name=re.compile("Order and pay"))
    order.click()
    expect(page.locator(".error-summary")).to_be_focused()
    check_accessibility(page)
    page.locator(".error-summary a").click()
    expect(box).to_be_focused()
    box.check()

    addition = f"## Addition {uuid.uuid4().hex[:8]}"
    text = editor.locator("[name=text_en]")
    text.fill(f"{addition}\n\n{text.input_value()}")
    with editor.expect_popup() as preview:
        editor.get_by_role("button", name="Preview in a new tab").click()
    heading = addition.removeprefix("## ")
    expect(preview.value.get_by_role("heading", name=heading)).to_be_visible()
    check_accessibility(preview.value)
    preview.value.close()
    editor.get_by_role("button", name="Save", exact=True).click()
    editor.wait_for_url("**/content/page/")

    order.click()
    expect(page.locator(".error-summary")).to_contain_text("The terms have changed")
    expect(box).not_to_be_checked()
    check_accessibility(page)
    with page.expect_popup() as opened:
        page.locator("main").get_by_role("link", name="Terms", exact=True).click()
    expect(opened.value.get_by_role("heading", name=heading)).to_be_visible()
    box.check()
    order.click()
    page.wait_for_url("**/register/*/")
