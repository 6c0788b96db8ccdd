"""The search of the back office, for `tests/scenes.py`."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.factories import make_client, make_invoice, make_order, make_staff, make_subscription
from tests.scene import Scene


def _typed(page: Page) -> None:
    page.locator("#find").press_sequentially("elbe")
    expect(page.locator(".found a").first).to_be_visible()


def staff_search() -> Iterator[Scene]:
    """Results as one types, the page of results, and the page where nothing was found."""
    person = make_staff()
    client = make_client(name="Elbe Film")
    make_invoice(make_subscription(client))
    for number in range(3):
        make_order(client_name="Elbe Film", project_name=f"Der Dreh {number}")
    yield Scene("staff-search-typed", "/staff/search/", person, act=_typed)
    yield Scene("staff-search", "/staff/search/?q=elbe", person)
    yield Scene("staff-search-nothing", "/staff/search/?q=zzz", person)
    yield Scene("staff-search-empty", "/staff/search/", person)
