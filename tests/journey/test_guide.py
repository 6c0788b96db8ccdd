"""The API's guide in a real browser."""

import pytest

from tests.journey.conftest import OpenContext, check_accessibility

pytestmark = [pytest.mark.browser, pytest.mark.once]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_guide_is_accessible_and_fits_without_scripts(
    open_context: OpenContext, scheme: str, width: int
) -> None:
    context = open_context(
        locale="de", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name="API für Partner").click()
    page.wait_for_url("**/api/docs")
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for answer in page.locator("details").all():
        answer.locator("summary").click()
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_role("link", name="Webhooks", exact=True).click()
    assert page.url.endswith("/api/docs#webhooks")
