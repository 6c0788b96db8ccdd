"""An application's owner in a real browser: a test event whose answer arrives, a secret to copy."""

import pytest
from playwright.sync_api import expect

from shop.notifications.webhooks.models import WebhookEndpoint
from tests.accounts.own_programs import make_endpoint, owned, page_of
from tests.journey.conftest import Enter, check_accessibility
from tests.notifications.receiver import deliver_all, receiving, status

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]


def test_answer_to_a_test_event_arrives_on_the_page(enter: Enter) -> None:
    application, owner = owned()
    with receiving(status(202, b"Thank you")) as receiver:
        endpoint = make_endpoint(application, url=receiver.uri)
        page = enter(owner)
        page.goto(page_of(application, f"webhooks/{endpoint.pk}/"))
        page.get_by_role("button", name="Send a test event").click()
        page.get_by_text("This page shows the answer as soon as it is there.").wait_for()
        check_accessibility(page)
        deliver_all()
        expect(page.get_by_text("Your endpoint works: it answered with 202")).to_be_visible()
    expect(page.get_by_text("Thank you")).to_be_visible()
    # The headline says the news, and takes the focus.
    expect(page.locator("#headline")).to_contain_text("delivered")
    expect(page.locator("#headline")).to_be_focused()
    check_accessibility(page)


def test_answer_is_there_after_a_reload_where_scripts_are_off(enter: Enter) -> None:
    application, owner = owned()
    with receiving(status(204)) as receiver:
        endpoint = make_endpoint(application, url=receiver.uri)
        page = enter(owner)
        page.route("**/*.js", lambda route: route.abort())
        page.goto(page_of(application, f"webhooks/{endpoint.pk}/"))
        page.get_by_role("button", name="Send a test event").click()
        page.get_by_text("This page shows the answer").wait_for()
        deliver_all()
        page.reload()
    expect(page.get_by_text("Your endpoint works: it answered with 204")).to_be_visible()


def test_secret_of_a_new_endpoint_is_copied(enter: Enter) -> None:
    application, owner = owned()
    page = enter(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(page_of(application, "webhooks/new/"))
    page.get_by_label("URL").fill("https://crew-planner.example/hooks")
    page.get_by_label("order.*").check()
    page.get_by_role("button", name="Add the endpoint").click()
    page.get_by_role("heading", name="Your endpoint is registered").wait_for()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    endpoint = WebhookEndpoint.objects.get()
    assert endpoint.url == "https://crew-planner.example/hooks"
    assert page.evaluate("navigator.clipboard.readText()") == endpoint.secret


def test_names_of_events_stand_on_one_line_each(enter: Enter) -> None:
    application, owner = owned()
    page = enter(owner)
    page.goto(page_of(application, "webhooks/new/"))
    names = page.locator(".events code")
    expect(names.first).to_have_text("order.*")
    broken = """all => all
      .filter(name => name.offsetHeight > 2 * parseFloat(getComputedStyle(name).fontSize))
      .map(name => name.textContent)"""
    assert names.evaluate_all(broken) == []
