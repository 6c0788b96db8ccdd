"""The example of a theme: its name, colours, logo, typeface and words, on the pages that matter."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.journey.conftest import OpenContext, check_accessibility, check_contrast
from tests.journey.shop import running_shop
from tests.journey.test_journey import WORDS, join, place_order

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

THEME = Path(settings.BASE_DIR, "docs", "examples", "kulisse", "theme")
GREEN, OURS = "rgb(0, 104, 90)", "rgb(204, 40, 39)"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running shop that has the theme."""
    directory = tmp_path_factory.mktemp("kulisse")
    with running_shop(directory, SHOP_NAME="Kulisse", THEME_DIR=str(THEME)) as address:
        yield address


def color(page: Page, selector: str) -> str:
    """The colour behind the first element that a selector finds."""
    script = "(each) => getComputedStyle(each).backgroundColor"
    return str(page.locator(selector).first.evaluate(script))


def test_customer_sees_the_theme_from_the_tiers_to_the_portal(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    email = f"nina-{uuid.uuid4().hex[:8]}@example.com"
    place_order(page, "en", email, "Bühne 7")
    check_accessibility(page)
    done = page.get_by_role("heading", level=1, name=WORDS["en"]["done"])
    expect(done).to_be_visible()
    expect(page).to_have_title(re.compile("· Kulisse$"))
    page.emulate_media(color_scheme="dark")
    check_contrast(page)
    join(page, "en", email, "Bühne 7")
    check_contrast(page)
    page.goto("/dev/mailbox/")
    page.get_by_role("row").filter(has_text=email).first.get_by_role("link").click()
    expect(page.locator("pre.mail").first).to_contain_text(re.compile("^Kulisse$", re.MULTILINE))


def test_theme_changes_colours_typeface_logo_and_words(open_context: OpenContext) -> None:
    page = open_context(locale="de").new_page()
    page.goto("/account/login/", wait_until="networkidle")
    assert color(page, "main .button--primary") == GREEN
    loaded = page.evaluate("[...document.fonts].map((each) => [each.family, each.status])")
    assert loaded == [["Fraunces", "loaded"]]
    logo = page.get_by_role("link", name="Kulisse").get_by_role("img")
    assert logo.evaluate("(each) => each.naturalWidth") > 0
    expect(page.get_by_role("contentinfo")).to_contain_text("Kulisse kommt aus Leipzig.")
    hashed = re.compile(r"^/static/theme\.[0-9a-f]{12}\.css$")
    expect(page.locator("link[href*='theme.']")).to_have_attribute("href", hashed)
    page.emulate_media(color_scheme="dark")
    assert color(page, "main .button--primary") == "rgb(87, 211, 183)"
