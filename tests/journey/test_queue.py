"""The queue in a browser: by keyboard, with numbers that change, on a phone."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_staff, make_user
from tests.journey.conftest import report_requests
from tests.journey.test_every_page import WIDER, Visit, visit
from tests.registration.states import order_in
from tests.scene import Scene, open_scene

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]
__all__ = ["visit"]  # the fixture

KEPT = "document.activeElement.textContent.trim().split(/\\s+/).pop()"


def test_queue_by_keyboard_with_live_numbers(visit: Visit) -> None:
    orders = [order_in("need_human") for _ in range(2)]
    first, second = (order.order_number for order in orders)
    scene = Scene("queue", "/staff/", make_user(is_staff=True, is_superuser=True))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    expect(page.get_by_label("Keys:")).to_be_visible()
    for key, number in (("j", first), ("j", second), ("j", second), ("k", first)):
        page.keyboard.press(key)
        assert page.evaluate(KEPT) == number

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    order_in("need_human")
    page.evaluate("htmx.trigger('#counts', 'poll')")
    expect(page.locator("#count-person")).to_have_text("3")
    expect(page.locator("#queue-news")).to_contain_text("3 orders now need attention.")
    # Whoever goes through the list is not thrown out of it.
    assert page.evaluate(KEPT) == first

    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type(f"j/{second}")
    expect(page.locator("#find")).to_have_value(f"j/{second}")
    page.locator("#q").fill(orders[1].order_hash)
    page.locator("#q").press("Enter")
    page.wait_for_url("**/staff/?q=*")
    expect(page.locator(".queue tbody tr")).to_have_count(1)

    page.get_by_label("Keys:").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.get_by_label("Keys:").check()
    page.locator("body").evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/orders/{orders[1].pk}/")
    assert complaints == []

    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/staff/?show=all&age=hour", "/staff/overview/"):
        page.goto(path)
        assert page.evaluate(WIDER) == []
    context.close()


HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_numbers_are_asked_for_by_a_tab_that_is_seen_alone(visit: Visit) -> None:
    scene = Scene("queue", "/staff/", make_staff("viewer"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.install()
    page.reload()
    asked.clear()
    with page.expect_response("**/staff/counts/*"):
        page.clock.run_for(11_000)
    page.evaluate(HIDE, True)
    page.clock.run_for(60_000)
    report_requests(page)
    assert sum("counts" in url for url in asked) == 1
    with page.expect_response("**/staff/counts/*"):
        page.evaluate(HIDE, False)
    context.close()
