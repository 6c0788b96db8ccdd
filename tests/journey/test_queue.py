"""The queue in a browser: by keyboard, with numbers that change, on a phone."""

import pytest
from playwright.sync_api import expect

from portal.backoffice.queue.saved_view import SavedView
from shop.orders.assignment import assign
from shop.orders.models import Order
from tests.factories import make_order, make_staff, make_user
from tests.journey.conftest import report_requests
from tests.journey.test_every_page import WIDER, Visit, visit
from tests.registration.states import order_in
from tests.scene import Scene, open_scene
from tests.scenes_of_queue import EVERY_COLUMN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]
__all__ = ["visit"]  # the fixture

ON_SCREEN = """[...document.querySelectorAll(".queue tbody tr")]
  .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"""
KEPT = "document.activeElement.textContent.trim().split(/\\s+/).pop()"


def test_queue_by_keyboard_with_live_numbers(visit: Visit) -> None:
    orders = [order_in("need_human") for _ in range(2)]
    first, second = (order.order_number for order in orders)
    scene = Scene("queue", "/staff/", make_user(is_staff=True, is_superuser=True))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for key, number in (("j", first), ("j", second), ("j", second), ("k", first)):
        page.keyboard.press(key)
        assert page.evaluate(KEPT) == number
    page.keyboard.press("x")
    expect(page.get_by_label(f"Select order {first}")).to_be_checked()
    expect(page.locator("#bulk-chosen")).to_contain_text("1 order selected · €")
    page.keyboard.press("b")
    expect(page.locator("#bulk-action")).to_be_focused()
    page.get_by_role("link", name=f"Order {first}").focus()
    page.keyboard.press("x")
    expect(page.locator("#bulk")).to_be_hidden()

    order_in("need_human")
    page.evaluate("htmx.trigger('#counts', 'poll')")
    expect(page.locator("#count-person")).to_have_text("3")
    expect(page.locator("#queue-news")).to_contain_text("1 more order has come in.")
    # Nobody who goes through the list is thrown out of it.
    assert page.evaluate(KEPT) == first

    page.locator("#q").fill(f"j/{second}")
    page.locator("#q").press("k")
    expect(page.locator("#q")).to_have_value(f"j/{second}k")
    page.locator("#q").fill(orders[1].order_hash)
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/?q=*")
    expect(page.locator(".queue tbody tr")).to_have_count(1)

    assert complaints == []

    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("/staff/?show=all&age=hour", "/staff/overview/"):
        page.goto(path)
        assert page.evaluate(WIDER) == []
    context.close()


def test_keys_are_listed_and_can_be_switched_off(visit: Visit) -> None:
    order = order_in("need_human")
    scene = Scene("queue", "/staff/", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next and previous order")
    page.get_by_label("Use these shortcuts").uncheck()
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use these shortcuts").check()
    page.get_by_role("button", name="Close").click()
    page.locator("body").evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/orders/{order.pk}/?from=*")
    context.close()


def test_way_back_leads_to_the_row_that_was_opened(visit: Visit) -> None:
    orders = [order_in("need_human") for _ in range(3)]
    scene = Scene("queue", "/staff/?show=need_human", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    page.locator(f"#order-{orders[1].pk} th a").click()
    page.wait_for_url("**/staff/orders/**")
    page.go_back()
    page.wait_for_url("**/staff/?show=need_human")
    expect(page.locator(f"#order-{orders[1].pk} th a")).to_be_focused()
    page.goto("/staff/overview/")
    page.goto(f"/staff/?show=need_human#order-{orders[2].pk}")
    expect(page.locator(f"#order-{orders[2].pk} th a")).to_be_focused()
    context.close()


def test_row_that_changes_keeps_its_place_its_choice_and_the_focus(visit: Visit) -> None:
    order, other = order_in("need_human"), order_in("need_human")
    staff = make_staff("agent", first_name="Ada", last_name="Eins")
    scene = Scene("queue", "/staff/", staff)
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    row = page.locator(f"#order-{order.pk}")
    row.locator("[name=order]").check()
    row.locator("th a").focus()
    assign(order, staff, actor=staff)
    with page.expect_response("**/staff/counts/*"):
        page.evaluate("htmx.trigger('#counts', 'poll')")
    expect(row).to_contain_text("Ada Eins")
    expect(page.get_by_text("1 order of this list has changed.")).to_be_visible()
    expect(row.locator("[name=order]")).to_be_checked()
    expect(row.locator("th a")).to_be_focused()
    expect(page.locator(".queue tbody tr").last).to_have_id(f"order-{other.pk}")
    with page.expect_response("**/staff/counts/*") as answer:
        page.evaluate("htmx.trigger('#counts', 'poll')")
    assert answer.value.status == 204
    context.close()


@pytest.mark.parametrize("language", ["de", "en"])
def test_twenty_orders_are_on_the_first_screen_and_nothing_is_wider_than_it(
    visit: Visit, language: str
) -> None:
    orders = [make_order("xl", user_first_name="Maximiliane") for _ in range(50)]
    Order.objects.update(state="need_human", fault="no_place")
    staff = make_staff("agent")
    for name in ("Night shift", "Partner orders"):
        SavedView.objects.create(owner=staff, name=name, query="show=all")
    scene = Scene("queue", "/staff/", staff)
    size = {"width": 1440, "height": 900}
    context, page = open_scene(visit.browser, visit.port, scene, locale=language, viewport=size)
    expect(page.locator(".queue tbody tr")).to_have_count(len(orders))
    assert page.evaluate(ON_SCREEN) >= 20
    for width in (1440, 1280, 1100, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for query in ("", "?show=all&fault=no_place&from=2026-01-02", f"?columns={EVERY_COLUMN}"):
            page.goto(f"/staff/{query}")
            assert page.evaluate(WIDER) == [], (width, query)
    page.goto("/staff/")
    assert page.evaluate("document.documentElement.scrollHeight") <= 6000
    assert page.evaluate(ON_SCREEN) >= 1
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
