"""The API's guide in a real browser."""

import pytest
from playwright.sync_api import Page

from tests.journey.conftest import OpenContext, check_accessibility

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_guides_are_accessible_and_fit_without_scripts(
    open_context: OpenContext, scheme: str, width: int
) -> None:
    context = open_context(
        locale="de", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="API für Partner").click()
    page.wait_for_url("**/api/docs")
    check_guide(page, width)
    page.get_by_role("link", name="Webhooks", exact=True).click()
    assert page.url.endswith("/api/docs#webhooks")
    contents = page.get_by_role("navigation", name="Inhalt")
    contents.get_by_role("link", name="Die offene Bestellung").click()
    page.wait_for_url("**/api/docs/open-order")
    check_guide(page, width)
    contents.get_by_role("link", name="What was left out").click()
    assert page.url.endswith("/api/docs/open-order#left_out")
    contents.get_by_role("link", name="API für Partner").click()
    page.wait_for_url("**/api/docs")


def check_guide(page: Page, width: int) -> None:
    """No violation and no scrolling sideways, whether its details are closed or open."""
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for answer in page.locator("details").all():
        answer.locator("summary").click()
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
