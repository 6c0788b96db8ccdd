"""The box that searches everything, in a browser: by keyboard, as one types, and without script."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_client, make_order, make_staff
from tests.journey.test_every_page import Visit, visit
from tests.scene import Scene, open_scene

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]
__all__ = ["visit"]  # the fixture

FOCUSED = "document.activeElement.textContent.trim().split(/\\s+/)[0]"


def test_results_appear_as_one_types_and_are_walked_by_arrows(visit: Visit) -> None:
    order = make_order(client_name="Elbe Film")
    make_client(name="Elbe")
    scene = Scene("search", "/staff/overview/", make_staff("agent"))
    context, page = open_scene(visit.browser, visit.port, scene, locale="en")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.keyboard.press("/")
    box = page.get_by_role("searchbox", name="Search everything")
    expect(box).to_be_focused()
    with page.expect_request(lambda request: "q=elbe" in request.url):
        page.keyboard.type("elbe/")
    expect(page.get_by_role("status").filter(has_text="2 results")).to_be_attached()
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED) == order.order_number
    page.keyboard.press("ArrowDown")
    assert page.evaluate(FOCUSED) == "Elbe"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".found a")).to_have_count(0)
    expect(box).to_be_focused()

    box.fill("elbe")
    expect(page.locator(".found a").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/staff/orders/{order.pk}/")
    assert complaints == []
    context.close()


def test_enter_leads_to_the_results_without_script(visit: Visit) -> None:
    orders = [make_order(client_name="Elbe Film") for _time in range(2)]
    scene = Scene("search", "/staff/invoices/", make_staff("viewer"))
    options = {"locale": "en", "java_script_enabled": False}
    context, page = open_scene(visit.browser, visit.port, scene, **options)
    box = page.get_by_role("searchbox", name="Search everything")
    box.fill("elbe")
    box.press("Enter")
    for order in orders:
        expect(page.get_by_role("link", name=order.order_number or "-")).to_be_visible()
    expect(box).to_have_value("elbe")
    context.close()
