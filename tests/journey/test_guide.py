"""The API's guide in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

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


@pytest.fixture
def guide(open_context: OpenContext) -> Page:
    """The overview in a browser with scripts, which may use the clipboard."""
    context = open_context(
        locale="de",
        java_script_enabled=True,
        permissions=["clipboard-read", "clipboard-write"],
        viewport={"width": 1280, "height": 800},
    )
    page = context.new_page()
    page.goto("/api/docs")
    return page


def test_code_is_copied_by_a_button_that_says_so(guide: Page) -> None:
    guide.get_by_role("button", name="Kopieren: Place an order, curl").click()
    expect(guide.locator("#copied")).to_have_text("Kopiert")
    copied = guide.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -i http://localhost:")
    assert copied == guide.locator("#code-first-order-curl").inner_text().strip()


def test_language_is_chosen_once_for_all_examples(guide: Page) -> None:
    example = guide.locator("#first-order")
    expect(example.get_by_role("figure")).to_have_accessible_name("Place an order, curl")
    tab = example.get_by_role("link", name="Python")
    tab.focus()
    guide.keyboard.press("Enter")
    expect(example.get_by_role("figure")).to_have_accessible_name("Place an order, Python")
    expect(tab).to_have_attribute("aria-current", "true")
    expect(tab).to_be_focused()
    guide.goto("/api/docs/open-order/run")
    figure = guide.locator("#open-order").get_by_role("figure")
    expect(figure).to_have_accessible_name("A whole order, Python")
    guide.emulate_media(media="print")
    expect(guide.locator("#code-open-order-curl")).to_be_visible()
    expect(guide.locator("#code-open-order-python")).to_be_visible()


def test_search_finds_as_one_types(guide: Page) -> None:
    guide.keyboard.press("/")
    expect(guide.get_by_role("searchbox")).to_be_focused()
    guide.keyboard.type("idempotency")
    first = guide.locator("#found").get_by_role("link").first
    expect(first).to_contain_text("Safe retries: Idempotency-Key")
    check_accessibility(guide)
    guide.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    guide.keyboard.press("Enter")
    guide.wait_for_url("**/api/docs/idempotency")


def test_key_of_the_search_can_be_switched_off(guide: Page) -> None:
    guide.goto("/api/docs/search?q=orders")
    guide.get_by_label("Die Taste / führt zur Suche").uncheck()
    guide.keyboard.press("/")
    expect(guide.get_by_role("searchbox")).not_to_be_focused()
    guide.reload()
    expect(guide.get_by_label("Die Taste / führt zur Suche")).not_to_be_checked()


def test_contents_show_where_the_reader_is(guide: Page) -> None:
    guide.goto("/api/docs/changes")
    here = guide.locator("#contents [aria-current]")
    expect(here).to_have_text("Differences from the older descriptions")
    expect(here).to_be_in_viewport(ratio=1)


def test_list_of_sections_is_no_wall_before_the_text_on_phones(guide: Page) -> None:
    guide.set_viewport_size({"width": 390, "height": 844})
    guide.goto("/api/docs/schemas")
    expect(guide.locator(".guide__here a")).not_to_have_count(0)
    expect(guide.locator("#Billing")).to_be_in_viewport()
