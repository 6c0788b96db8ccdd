"""Ordering without a mouse, in an old browser, and with little motion."""

import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.journey.billing import MUNICH
from tests.journey.conftest import OpenContext

pytestmark = [pytest.mark.browser, pytest.mark.once]

FOCUS = """() => {
  const here = document.activeElement;
  const style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  return {
    what: here.name || here.textContent.trim().replace(/\\s+/g, " "),
    tag: here.tagName,
    outline: style.outlineStyle,
    width: parseFloat(style.outlineWidth),
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""


def tab_to(page: Page, what: str) -> None:
    """Press Tab until the focus is at `what`; it is to be seen at each stop."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["tag"] != "BODY", f"{what} is not reached"
        assert focus["seen"], focus
        assert (focus["outline"], focus["width"] >= 2) == ("solid", True), focus
        if re.fullmatch(what, focus["what"]):
            return
    raise AssertionError(f"{what} is not reached")


def test_order_is_placed_by_keyboard_alone(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["what"] == "Skip to the content"
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    tab_to(page, "family")
    page.keyboard.press("ArrowLeft")  # from the family of the recommended plan
    tab_to(page, "Commercial")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tiers/commercial/")
    tab_to(page, "product")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/")
    tab_to(page, "place")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    tab_to(page, "Company: .*|Please enter the name of your company.")
    page.keyboard.press("Enter")
    assert page.evaluate(FOCUS)["what"] == "client_name"
    page.keyboard.type("Film")
    tab_to(page, "user_email")
    page.keyboard.type(f"nina-{uuid.uuid4().hex[:8]}@example.com")
    # Enter in a field orders nothing: it tells what is missing.
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    tab_to(page, "project_name")
    page.keyboard.type("Drei Tage im Mai")
    for name, value in MUNICH.items():
        tab_to(page, name)
        page.keyboard.type(value)
    for box in ("business", "terms"):
        tab_to(page, box)
        page.keyboard.press("Space")
    while page.evaluate(FOCUS)["what"] != "project_name":
        page.keyboard.press("Shift+Tab")
    # Where nothing is missing, it leads on to the price and the button that orders.
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/?checked#checked")
    expect(page.locator("#checked")).to_be_focused()
    tab_to(page, "place")
    page.keyboard.press("Enter")
    page.wait_for_url("**/register/*/")
    expect(page.locator("h1")).to_have_text(re.compile("All set"))
    tab_to(page, "Send the e-mail again")


def test_language_is_switched_by_keyboard_and_stays(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    page.goto("/tiers/s/?from=mail")
    tab_to(page, "Deutsch")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tiers/s/?from=mail&lang=de")
    page.get_by_role("link", name="Alle Tarife").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")


@pytest.mark.parametrize("path", ["/", "/nothing/"])
def test_old_browser_is_told_and_gets_a_plain_page(open_context: OpenContext, path: str) -> None:
    context = open_context(locale="de")
    page = context.new_page()
    notice = page.get_by_text("Sie verwenden einen veralteten Browser.")
    page.goto(path)
    expect(notice).to_be_hidden()
    # Without layers a browser skips every rule of ours.
    context.route("**/*.css", lambda route: route.fulfill(body="", content_type="text/css"))
    page.reload()
    expect(notice).to_be_visible()
    expect(page.locator("h1")).to_be_visible()


def test_browser_before_light_dark_is_told_and_gets_the_light_colours(
    open_context: OpenContext,
) -> None:
    context = open_context(locale="en", color_scheme="dark")

    def without_light_dark(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        body = answer.text().replace("light-dark(", "not-known-yet(")
        route.fulfill(response=answer, body=body)  # type: ignore[attr-defined]

    context.route("**/*.css", without_light_dark)
    page = context.new_page()
    page.goto("/")
    expect(page.get_by_text("Your browser is out of date.")).to_be_visible()
    expect(page.locator("body")).to_have_css("background-color", "rgb(251, 250, 247)")
    expect(page.locator(".button--primary").first).to_have_css(
        "background-color", "rgb(204, 40, 39)"
    )


@pytest.mark.parametrize(("wish", "seconds"), [("reduce", "0s"), ("no-preference", "0.15s")])
def test_nothing_moves_for_who_does_not_want_it(
    open_context: OpenContext, wish: str, seconds: str
) -> None:
    page = open_context(locale="de", reduced_motion=wish).new_page()
    page.goto("/")
    moved = page.evaluate(
        """() => [...new Set([...document.querySelectorAll("*")].flatMap((each) => {
          const style = getComputedStyle(each);
          return [...style.transitionDuration.split(", "), style.animationDuration];
        }))]"""
    )
    assert set(moved) <= {"0s", seconds}
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
