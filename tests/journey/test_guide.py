"""The API's guide in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journey.conftest import OpenContext, check_accessibility, check_contrast

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_guides_are_accessible_and_fit_without_scripts(
    open_context: OpenContext, width: int, scheme: str
) -> None:
    context = open_context(
        locale="de", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    check = check_contrast if scheme == "dark" else check_accessibility
    page = context.new_page()
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="API für Partner").click()
    page.wait_for_url("**/api/docs")
    follow(page, "Webhooks")
    page.wait_for_url("**/api/docs/webhooks")
    unfold(page)
    contents = page.get_by_role("navigation", name="Inhalt")
    contents.get_by_text("Die offene Bestellung").click()
    contents.get_by_role("link", name="Left out on purpose").click()
    page.wait_for_url("**/api/docs/open-order/left-out")
    check_guide(page, width, check)
    page.get_by_role("link", name="Die offene Bestellung").click()
    page.wait_for_url("**/api/docs/open-order")
    check_guide(page, width, check)


def unfold(page: Page) -> None:
    """Show the contents where they are behind a button."""
    button = page.get_by_role("button", name="Inhalt")
    if button.is_visible():
        button.click()


def follow(page: Page, chapter: str) -> None:
    """Go to a chapter by the contents."""
    unfold(page)
    contents = page.get_by_role("navigation", name="Inhalt")
    contents.get_by_role("link", name=chapter, exact=True).click()


def check_guide(page: Page, width: int, check: Callable[[Page], None]) -> None:
    """No scrolling sideways with details closed; nor, and no violation, with all of them open."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
