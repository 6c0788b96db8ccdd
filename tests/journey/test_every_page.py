"""Every page in every state: accessible in light and dark, readable when it is enlarged, and usable
by a finger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.factories import make_user
from tests.journey.page_checks import FINGER, POINTER, odd_outline, small_targets
from tests.registration.states import order_in
from tests.scene import SEND, Scene, open_scene, press
from tests.scenes import GROUPS

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # some pages are of things that break
]

# All rules once; in the dark only the one that depends on colours.
RULES: dict[Literal["light", "dark"], list[str]] = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "dark": ["color-contrast"],
}
# What sticks out of the page: it would have to be scrolled sideways. Who can only be seen by
# readers of the screen is a pixel wide, wherever it stands.
WIDER = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((each) => each.getBoundingClientRect().right > width + 1)
    .map((each) => each.outerHTML.slice(0, 80));
}"""
# A window of 1280 by 1024 that is enlarged so many times has room for so much.
ENLARGED = {"200 %": (640, 512), "400 %": (320, 256)}


@dataclass
class Visit:
    """A browser, and the port of the shop it visits."""

    browser: Browser
    port: str


@pytest.fixture
def visit(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Visit]:
    """A shop in this process, some of whose addresses break."""
    settings.ROOT_URLCONF = "tests.broken_urls"
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.EMAIL_BACKEND = "shop.notifications.emails.dev_mailbox.EmailBackend"
    yield Visit(browser, live_server.url.rpartition(":")[2])
    # What a failed test left open would go on asking the shop during the next tests.
    for context in browser.contexts:
        context.close()


def axe(page: Page, rules: list[str]) -> list[str]:
    """The violations that axe finds on the page."""
    found: list[dict[str, Any]] = Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def faults(visit: Visit, scene: Scene) -> list[str]:
    """All that is wrong with a scene; in German, whose words are the longer ones."""
    found = []
    context, page = open_scene(
        visit.browser, visit.port, scene, locale="de", reduced_motion="reduce"
    )
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)
        found += [f"{scheme}: {fault}" for fault in axe(page, rules)]
    found += odd_outline(page)
    least = POINTER if page.locator("main.dense, .sections").count() else FINGER
    found += small_targets(page, least)
    for name, (width, height) in ENLARGED.items():
        page.set_viewport_size({"width": width, "height": height})
        told = [*page.evaluate(WIDER), *small_targets(page, least)]
        found += [f"at {name}: {fault}" for fault in told]
    context.close()
    return [f"{scene.name}, {fault}" for fault in found]


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__)
def test_every_page_is_accessible_and_fits(visit: Visit, group: Any) -> None:
    scenes = (scene for scene in group() if "old-browser" not in scene.name)
    assert [fault for scene in scenes for fault in faults(visit, scene)] == []


def test_printed_order_is_black_on_white_without_what_paper_cannot_do(visit: Visit) -> None:
    order = order_in("packed")
    scene = Scene("order", f"/register/{order.order_hash}/")
    context, page = open_scene(visit.browser, visit.port, scene, locale="en", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1")).to_have_css("color", "rgb(0, 0, 0)")
    for selector in (".site-nav", ".language", ".site-footer", "main .button", "[data-copy]"):
        expect(page.locator(selector).first).to_be_hidden()
    expect(page.get_by_text(str(order.order_number), exact=True)).to_be_visible()
    expect(page.get_by_role("list").first).to_be_visible()
    assert len(page.pdf()) > 1000
    context.close()


@pytest.mark.parametrize(("motion", "fades"), [("no-preference", True), ("reduce", False)])
def test_pages_fade_into_each_other_where_motion_is_welcome(
    visit: Visit, motion: Literal["no-preference", "reduce"], fades: bool
) -> None:
    scene = Scene("sign-in", "/account/login/")
    context, page = open_scene(visit.browser, visit.port, scene, reduced_motion=motion)
    page.add_init_script(
        "addEventListener('pagereveal', (event) => { window.fades = !!event.viewTransition })"
    )
    page.locator(".site-nav a").first.click()
    page.wait_for_url("**/")
    page.wait_for_function("'fades' in window")
    assert page.evaluate("window.fades") is fades
    context.close()


def test_message_takes_the_focus_as_the_page_loads(visit: Visit) -> None:
    scene = Scene("profile", "/portal/profile/", make_user())
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    expect(page.locator("body")).to_be_focused()
    press(SEND)(page)
    expect(page.get_by_role("status")).to_have_text("Your profile is saved.")
    expect(page.get_by_role("status")).to_be_focused()
    context.close()


def test_page_fits_with_letters_of_twice_the_size(visit: Visit) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "bypass_csp": True}
    for path in ("/", "/tiers/xl/", "/account/login/", "/register/", "/nothing/"):
        scene = Scene("page", path, status=404 if path == "/nothing/" else 200)
        context, page = open_scene(visit.browser, visit.port, scene, locale="de", **options)
        page.add_style_tag(content="html { font-size: 200% }")
        assert page.evaluate(WIDER) == []
        context.close()
