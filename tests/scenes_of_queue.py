"""Pages of the queue and of its saved views, for `tests/scenes.py`."""

from collections.abc import Iterator

from playwright.sync_api import Page

from portal.backoffice.queue.saved_view import SavedView
from tests.factories import make_staff
from tests.registration.states import order_in
from tests.scene import SEND, Scene, press

EVERY_COLUMN = (
    "person,email,client,project,tier,price,state,reason,step,attempts,age,placed,taken,"
    "follow_up,application"
)


def staff_queue() -> Iterator[Scene]:
    """The queue: filtered, with orders selected, with its panels open."""
    person = make_staff()
    yield Scene("staff-queue-empty", "/staff/", person)
    order_in("need_human")
    order_in("has_packing_errors")
    yield Scene("staff-queue", "/staff/", person)
    filtered = f"/staff/?show=all&tier=xl&taken={person.pk}&from=2026-01-02&panel=1"
    yield Scene("staff-queue-filters", filtered, person)
    yield Scene("staff-queue-nothing", "/staff/?q=nothing", person)
    yield Scene("staff-queue-chosen", "/staff/", person, act=_choose)
    yield Scene("staff-queue-columns", f"/staff/?columns={EVERY_COLUMN}", person)
    yield Scene("staff-queue-columns-open", "/staff/", person, act=press(".queue-tools summary"))
    yield Scene("staff-queue-keys", "/staff/", person, act=_keys)
    view = SavedView.objects.create(owner=person, name="Night shift", query="show=need_human")
    yield Scene("staff-view-open", f"/staff/?view={view.pk}&show=all", person)
    yield Scene("staff-view", f"/staff/views/{view.pk}/", person)
    yield Scene("staff-view-new", "/staff/views/new/?query=show%3Dall", person)
    yield Scene("staff-view-errors", "/staff/views/new/", person, act=press(SEND))
    yield Scene("staff-overview", "/staff/overview/", person)


def _choose(page: Page) -> None:
    page.locator(".queue [name=order]").first.check()


def _keys(page: Page) -> None:
    # Without script there are no keys, and nothing that tells of them.
    if page.locator("#keys-open").is_visible():
        page.locator("#keys-open").click()
