"""The guides for programs; see `scenes.py`."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.scene import Scene

# One of each form: code, tables, the codes, the operations and the objects with their fields.
CHAPTERS = (
    *("oauth", "lists", "webhooks", "codes", "reference", "schemas"),
    *("open-order/resources", "open-order/reference"),
)


def unfolded_contents(page: Page) -> None:
    """With the contents over the page, as phones have them."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(".guide__unfold").click()


def guides() -> Iterator[Scene]:
    """The overviews, chapters with code and tables, the search, and the contents on a phone."""
    yield Scene("api-docs", "/api/docs")
    yield Scene("api-docs-open-order", "/api/docs/open-order")
    for chapter in CHAPTERS:
        yield Scene(f"api-docs-{chapter.replace('/', '-')}", f"/api/docs/{chapter}")
    yield Scene("api-docs-search", "/api/docs/search?q=order")
    yield Scene("api-docs-search-nothing", "/api/docs/search?q=zzz")
    yield Scene("api-docs-not-found", "/api/docs/webhook-signatures", status=404)
    yield Scene("api-docs-contents", "/api/docs/webhooks", act=unfolded_contents)
