"""Values typed in the checkout survive a lost connection, a link, Enter and another tab."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journey.billing import fill_in_billing
from tests.journey.conftest import OpenContext, check_accessibility
from tests.journey.test_checkout import PHONE, choose, email, order

pytestmark = [pytest.mark.browser, pytest.mark.once]

TYPED = {"client_name": "Wiener Film GmbH", "project_name": "Drei Tage im Mai"}


def type_in(page: Page) -> None:
    """Type two fields, and leave the second one."""
    for name, value in TYPED.items():
        page.fill(f"[name={name}]", value)
    page.locator("[name=user_email]").focus()


def expect_typed(page: Page) -> None:
    """Both are still there."""
    for name, value in TYPED.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)


def test_order_without_a_connection_stays_on_the_page_and_keeps_everything(
    open_context: OpenContext,
) -> None:
    context = open_context(locale="en", viewport=PHONE)
    page = context.new_page()
    choose(page, "s")
    context.set_offline(True)
    type_in(page)
    page.click("button[name=place]")
    expect(page.locator("#no-connection")).to_be_visible()
    expect_typed(page)
    with page.expect_response("**/checkout/") as kept:
        context.set_offline(False)
    assert kept.value.status == 204
    # It is on the server now, too.
    page.goto("/checkout/")
    expect_typed(page)
    page.fill("[name=user_email]", email())
    fill_in_billing(page)
    page.check("[name=terms]")
    order(page)


def test_change_is_kept_as_soon_as_its_field_is_left(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    choose(page, "s")
    page.fill("[name=client_name]", TYPED["client_name"])
    with page.expect_response("**/checkout/"):
        page.keyboard.press("Tab")
    with page.expect_response("**/checkout/"):
        page.fill("[name=project_name]", TYPED["project_name"])
        page.keyboard.press("Tab")
    page.goto("/imprint/")
    page.goto("/checkout/")
    expect_typed(page)


def test_later_change_waits_for_the_one_before_it(open_context: OpenContext) -> None:
    """Otherwise the server could keep the older form, where it finishes that one last."""
    page = open_context(locale="en").new_page()
    choose(page, "s")
    sent: list[Route] = []

    def hold_first(route: Route) -> None:
        sent.append(route)
        if len(sent) > 1:
            route.continue_()

    page.route("**/checkout/", hold_first)
    with page.expect_request("**/checkout/"):
        page.fill("[name=client_name]", TYPED["client_name"])
        page.keyboard.press("Tab")
    page.fill("[name=project_name]", TYPED["project_name"])
    page.fill("[name=user_email]", email())
    page.keyboard.press("Tab")
    page.wait_for_timeout(300)
    assert len(sent) == 1
    with page.expect_response(lambda response: len(sent) == 2):
        sent[0].continue_()
    page.goto("/checkout/")
    expect_typed(page)


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [("Imprint", "/imprint/"), ("Sign in", "/account/login/"), ("Plans", "/"), ("Slate", "/")],
)
def test_link_of_the_page_keeps_everything_without_script(
    open_context: OpenContext, link: str, leads_to: str
) -> None:
    page = open_context(locale="en", java_script_enabled=False).new_page()
    choose(page, "s")
    type_in(page)
    page.get_by_role("button", name=link, exact=True).click()
    page.wait_for_url(re.compile(re.escape(leads_to) + r"(\?.*)?$"))
    page.goto("/checkout/")
    expect_typed(page)


def test_lost_connection_without_script_sends_the_form_again(open_context: OpenContext) -> None:
    context = open_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    choose(page, "s")
    type_in(page)
    context.set_offline(True)
    with page.expect_event("requestfailed"):
        page.click("button[name=place]", no_wait_after=True)
    context.set_offline(False)
    page.reload()
    expect(page.locator(".error-summary")).to_be_visible()
    expect_typed(page)


def test_promotion_code_is_told_and_takes_the_focus(open_context: OpenContext) -> None:
    page = open_context(locale="en", viewport=PHONE).new_page()
    choose(page, "m")
    type_in(page)
    page.locator("#promotion summary").click()
    page.fill("[name=promo_code]", "NO-SUCH-CODE")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#id_promo_code_error")).to_contain_text("We don't recognise this code.")
    page.fill("[name=promo_code]", "premiere")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/#promotion")
    expect(page.locator("#promotion")).to_be_focused()
    expect(page.locator("#promotion")).to_contain_text("PREMIERE is applied")
    check_accessibility(page)
    expect_typed(page)
    page.get_by_role("button", name="Remove the code").click()
    expect(page.locator("#promotion")).to_be_focused()
    expect(page.locator("[name=promo_code]")).to_have_value("")
    expect_typed(page)
