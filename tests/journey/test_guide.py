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
    check_guide(page, width, check)
    page.get_by_role("link", name="Webhooks", exact=True).click()
    assert page.url.endswith("/api/docs#webhooks")
    contents = page.get_by_role("navigation", name="Inhalt")
    contents.get_by_role("link", name="Die offene Bestellung").click()
    page.wait_for_url("**/api/docs/open-order")
    check_guide(page, width, check)
    contents.get_by_role("link", name="Left out on purpose").click()
    assert page.url.endswith("/api/docs/open-order#left_out")
    contents.get_by_role("link", name="API für Partner").click()
    page.wait_for_url("**/api/docs")


def check_guide(page: Page, width: int, check: Callable[[Page], None]) -> None:
    """No scrolling sideways with details closed; nor, and no violation, with all of them open."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
