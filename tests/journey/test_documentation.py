"""The documentation's own style sheet, on a phone and on paper."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.once]

FURO = find_spec("furo")
assert FURO
assert FURO.origin
THEME = Path(FURO.origin).parent / "theme" / "furo" / "static" / "styles" / "furo.css"
OURS = Path(settings.BASE_DIR) / "docs" / "_static" / "site.css"
TABLE = """<a class="skip-to-content" href="#top">Skip to content</a>
<article role="main" id="top">
  <div class="table-wrapper docutils container"><table class="docutils">
    <thead><tr><th><p>variable</p></th><th><p>meaning</p></th></tr></thead>
    <tbody><tr>
      <td><p><code class="docutils literal">OTEL_EXPORTER_OTLP_ENDPOINT</code></p></td>
      <td><p>the base URL of an OpenTelemetry collector that takes OTLP over HTTP</p></td>
    </tr></tbody>
  </table></div>
</article>"""


def open_table(browser: Browser, *, styles: list[Path], width: int) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()
    page.set_content(TABLE)
    for path in styles:
        page.add_style_tag(content=path.read_text(encoding="utf-8"))
    return page


def hidden_width(page: Page) -> int:
    """The pixels of the table that one would have to scroll to."""
    width: int = page.locator(".table-wrapper").evaluate("box => box.scrollWidth - box.clientWidth")
    return width


def test_table_of_two_columns_fits_a_phone(browser: Browser) -> None:
    alone = open_table(browser, styles=[THEME], width=320)
    assert hidden_width(alone) > 0
    alone.context.close()
    page = open_table(browser, styles=[THEME, OURS], width=320)
    assert hidden_width(page) == 0
    expect(page.locator("td").last).to_be_visible()
    page.context.close()


def test_table_is_split_between_sheets_of_paper(browser: Browser) -> None:
    page = open_table(browser, styles=[THEME, OURS], width=1000)
    page.emulate_media(media="print")
    expect(page.locator("table")).to_have_css("break-inside", "auto")
    expect(page.locator(".skip-to-content")).to_be_hidden()
    page.context.close()
