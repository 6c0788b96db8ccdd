"""The page of an order in the back office, in a browser: live, by keys, with the bar to undo."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from portal.backoffice.queue.list_place import place_text
from shop.orders.models import Order, State
from shop.orders.states import transition
from tests.factories import make_order, make_staff, pack_all
from tests.journey.test_every_page import Visit, visit
from tests.registration.states import order_in
from tests.scene import Scene, open_scene

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]
__all__ = ["visit"]  # the fixture

POLL = "htmx.trigger('#order-live', 'poll')"


def test_order_that_is_being_set_up_changes_before_the_eyes(visit: Visit) -> None:
    order = make_order()
    scene = Scene("order", f"/staff/orders/{order.pk}/", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    note = page.locator("[name=text]")
    note.fill("They wait on the ph")
    transition(order, State.PACKING)
    page.evaluate(POLL)
    expect(page.locator("#order-state")).to_have_text("being set up")
    expect(page.locator("#order-news")).to_have_text("State: being set up.")
    # Whoever types goes on typing.
    expect(note).to_be_focused()
    expect(note).to_have_value("They wait on the ph")
    Order.objects.filter(pk=order.pk).update(state=State.PENDING)
    pack_all()
    page.evaluate(POLL)
    expect(page.locator("#order-state")).to_have_text("done")
    expect(page.locator("#order-history")).to_contain_text("Step done")
    expect(page.locator("#order-live")).not_to_have_attribute("data-live", "")
    expect(note).to_have_value("They wait on the ph")
    assert complaints == []
    context.close()


def test_form_that_somebody_fills_in_is_left_as_it_is(visit: Visit) -> None:
    order = make_order()
    scene = Scene("order", f"/staff/orders/{order.pk}/", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    page.get_by_text("Cancel the order", exact=True).first.click()
    page.locator("[name=reason]").fill("Ordered twice.")
    transition(order, State.PACKING)
    page.evaluate(POLL)
    expect(page.locator("#order-state")).to_have_text("being set up")
    expect(page.locator("[name=reason]")).to_have_value("Ordered twice.")
    expect(page.get_by_text("What you have entered is still here.")).to_be_visible()
    page.get_by_role("link", name="Show the current state").click()
    expect(page.get_by_text("What you have entered is still here.")).to_be_hidden()
    context.close()


def test_bar_to_undo_goes_by_itself_but_not_from_under_the_focus(visit: Visit) -> None:
    order = order_in("need_human")
    scene = Scene("order", f"/staff/orders/{order.pk}/", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    page.clock.install()
    page.get_by_role("button", name="Assign to me").click()
    bar = page.locator(".undo")
    expect(bar).to_be_focused()  # read out, and its button is next
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.clock.run_for(60_000)
    expect(bar).to_be_visible()
    page.locator("[name=text]").focus()
    page.clock.run_for(9_000)
    expect(bar).to_be_visible()
    page.clock.run_for(3_000)
    expect(bar).to_have_count(0)
    page.get_by_role("button", name="Unassign").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Assigned to you.")).to_be_visible()
    context.close()


def test_keys_lead_to_the_next_order_and_back(visit: Visit) -> None:
    first, second = order_in("need_human"), order_in("need_human")
    place = urlencode({"from": place_text("show=need_human", (first.updated_at, first.pk))})
    scene = Scene("order", f"/staff/orders/{first.pk}/?{place}", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    page.locator("[name=text]").fill("jk")  # types letters, and leads nowhere
    expect(page.locator("h1")).to_contain_text(str(first.order_number))
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator("h1")).to_contain_text(str(second.order_number))
    page.keyboard.press("k")
    expect(page.locator("h1")).to_contain_text(str(first.order_number))
    page.keyboard.press("u")
    page.wait_for_url(f"**/staff/?show=need_human#order-{first.pk}")
    context.close()


def test_key_begins_a_note(visit: Visit) -> None:
    order = order_in("need_human")
    scene = Scene("order", f"/staff/orders/{order.pk}/", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    page.keyboard.press("n")
    expect(page.locator("[name=text]")).to_be_focused()
    page.keyboard.type("no")
    expect(page.locator("[name=text]")).to_have_value("no")
    context.close()
