"""The scripts that measure pages find what they look for, and nothing else."""

import pytest
from playwright.sync_api import Browser

from tests.journey.page_checks import FINGER, odd_outline, small_targets

pytestmark = [pytest.mark.browser, pytest.mark.once]

BOXES = "<style>.large { display: inline-block; height: 44px; width: 44px }</style>"


def checked(browser: Browser, body: str) -> tuple[int, int]:
    """Measure the targets of a page and check its outline."""
    page = browser.new_page()
    page.set_content(f"<!DOCTYPE html>{BOXES}{body}")
    found = len(small_targets(page, FINGER)), len(odd_outline(page))
    page.close()
    return found


@pytest.mark.parametrize(
    ("body", "targets"),
    [
        ('<a href="/" class="large">x</a>', 0),
        ('<a href="/">x</a>', 1),
        ('<p>In a <a href="/">sentence</a>.</p>', 0),
        ('<button class="large">x</button><button>x</button>', 1),
        ('<button hidden>x</button><input type="hidden"><input tabindex="-1">', 0),
        ('<label class="large" for="box">x</label><input type="checkbox" id="box">', 0),
        ('<label for="box">x</label><input type="checkbox" id="box">', 1),
        ("<details><summary>x</summary></details>", 1),
    ],
)
def test_small_targets_are_found(browser: Browser, body: str, targets: int) -> None:
    assert checked(browser, body)[0] == targets


FRAME = "<header></header><main>{}</main><footer></footer>"


@pytest.mark.parametrize(
    ("main", "faults"),
    [
        ("<h1>x</h1><dl></dl><h2>x</h2><h3>x</h3><h2>x</h2>", 0),
        ("<h1>x</h1><h3>x</h3>", 1),
        ("<h1>x</h1><h1>x</h1>", 1),
        ("<h2>x</h2>", 2),
        ("<dl><dt>x</dt><dd>x</dd></dl><h1>x</h1>", 1),
        ("<h1>x</h1></main><main>", 1),
    ],
)
def test_odd_outlines_are_found(browser: Browser, main: str, faults: int) -> None:
    assert checked(browser, FRAME.format(main))[1] == faults
