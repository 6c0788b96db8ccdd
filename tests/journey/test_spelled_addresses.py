"""A browser leaves an address with letters like ü or ß as it is typed."""

import pytest
from playwright.sync_api import expect

from tests.journey.billing import fill_in_billing
from tests.journey.conftest import OpenContext
from tests.journey.members import code_in, joined, look, sign_in, sign_out
from tests.journey.test_journey import PASSWORD, newest_mail

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]


def test_member_with_an_umlaut_domain_signs_in_by_any_spelling(open_context: OpenContext) -> None:
    page = open_context(locale="en").new_page()
    email = joined(page, "bücher-kino.com")
    wire = email.replace("bücher-kino.com", "xn--bcher-kino-9db.com")
    for spelling in (email, wire, email.replace("ü", "Ü").upper()):
        sign_out(page)
        sign_in(page, spelling)
        page.wait_for_url("**/portal/")
        expect(page.get_by_text(email)).to_be_visible()
    sign_out(page)
    page.goto("/account/login/code/")
    look(page)
    page.locator("[name=email]").fill(email)
    page.keyboard.press("Enter")
    page.wait_for_url("**/code/confirm/")
    page.locator("[name=code]").fill(code_in(newest_mail(page.context.new_page(), email, 3)))
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")


def test_checkout_orders_for_the_domain_that_was_typed(open_context: OpenContext) -> None:
    page = open_context(locale="de").new_page()
    page.goto("/tiers/s/")
    page.locator("main .button--primary").first.click()
    page.locator("[name=client_name]").fill("Film")
    page.locator("[name=project_name]").fill("Drei Tage im Mai")
    page.locator("[name=user_email]").fill("greta@weißfilm-straße.de")
    fill_in_billing(page)
    page.locator("[name=terms]").check()
    page.locator("[name=place]").click()
    page.wait_for_url("**/register/**")
    # The receipt and the link to join, in any order.
    text = newest_mail(page, "greta@weißfilm-straße.de", 2)
    assert "weissfilm" not in text
    assert PASSWORD not in text
