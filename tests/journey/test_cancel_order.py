"""Cancelling an order and writing to support, in a real browser with a real worker and mailbox."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journey.billing import fill_in_billing
from tests.journey.conftest import OpenContext, check_accessibility
from tests.journey.test_journey import link_in, newest_mail, reload_until

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

WORDS = {
    "en": {
        "agree": "I agree to the terms",
        "waits": "We're reviewing your order",
        "cancel": "Cancel the order",
        "done": "Your order is cancelled.",
        "link": "Send link",
        "send": "Send the message",
        "thanks": "Thank you. We have your message",
    },
    "de": {
        "agree": "Ich stimme den AGB zu",
        "waits": "Wir prüfen Ihre Bestellung persönlich",
        "cancel": "Bestellung stornieren",
        "done": "Ihre Bestellung ist storniert.",
        "link": "Link senden",
        "send": "Nachricht senden",
        "thanks": "Danke. Ihre Nachricht ist angekommen",
    },
}


def place_order(page: Page, language: str, email: str) -> str:
    """Order the tier that a person approves; the address of the order's page."""
    page.goto("/tiers/xl/")
    page.locator("main form[action*='/checkout/'] button").first.click()
    for name, value in {
        "client_name": "Isarfilm",
        "project_name": "Mai",
        "user_email": email,
    }.items():
        page.locator(f"[name={name}]").fill(value)
    fill_in_billing(page)
    page.get_by_label(WORDS[language]["agree"]).check()
    page.locator("[name=place]").click()
    page.wait_for_url("**/register/*/")
    return page.url


def come(page: Page, address: str, language: str) -> None:
    """Open the order's page, once a person has to look at the order."""
    page.goto(address)
    waits = page.get_by_text(WORDS[language]["waits"])
    reload_until(page, lambda: waits.count() > 0)
    expect(waits).to_be_visible()


def confirm(page: Page, language: str, reason: str, *, javascript: bool) -> None:
    if javascript:  # axe is a script itself
        check_accessibility(page)
    page.locator("[name=reason]").fill(reason)
    page.get_by_role("button", name=WORDS[language]["cancel"]).click()
    expect(page.get_by_text(WORDS[language]["done"])).to_be_visible()
    expect(page.get_by_text(reason)).to_be_visible()
    expect(page.get_by_text(re.compile("534[.,]31"))).to_have_count(0)  # no price is due
    if javascript:
        check_accessibility(page)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_order_is_cancelled_by_its_browser_or_by_a_mailed_link_and_by_no_stranger(
    open_context: OpenContext, language: str, javascript: bool
) -> None:
    def anybody() -> BrowserContext:
        return open_context(locale=language, java_script_enabled=javascript)

    words, key = WORDS[language], f"{language}{int(javascript)}"
    buyer, stranger = anybody().new_page(), anybody().new_page()
    mine = place_order(buyer, language, f"mine-{key}@example.com")
    come(buyer, mine, language)
    # A stranger who holds the link is offered a mail to the order's address, and nothing else.
    stranger.goto(mine)
    stranger.get_by_role("link", name=words["cancel"]).click()
    expect(stranger.locator("[name=reason]")).to_have_count(0)
    if javascript:
        check_accessibility(stranger)
    buyer.get_by_role("link", name=words["cancel"]).click()
    confirm(buyer, language, "Abgesagt.", javascript=javascript)
    email = f"other-{key}@example.com"
    other = place_order(anybody().new_page(), language, email)
    come(stranger, other, language)
    stranger.get_by_role("link", name=words["cancel"]).click()
    stranger.get_by_role("button", name=words["link"]).click()
    expect(stranger.locator(".notice--success")).to_be_visible()
    stranger.goto(link_in(newest_mail(stranger, email, 2), "cancel/"))
    confirm(stranger, language, "Doppelt.", javascript=javascript)


@pytest.mark.parametrize("language", ["de", "en"])
def test_message_by_the_contact_form_reaches_support(
    open_context: OpenContext, language: str
) -> None:
    page = open_context(locale=language, java_script_enabled=False).new_page()
    rows = page.get_by_role("row").filter(has_text="hilfe@slate.example")
    page.goto("/dev/mailbox/")
    before = rows.count()
    page.goto("/contact/?order_number=K7QM-3FZ2")
    page.locator("[name=email]").fill(f"writer-{language}@example.com")
    page.locator("[name=text]").fill("Wann ist es so weit?")
    page.get_by_role("button", name=WORDS[language]["send"]).click()
    expect(page.get_by_text(WORDS[language]["thanks"])).to_be_visible()
    page.goto("/dev/mailbox/")
    reload_until(page, lambda: rows.count() > before)
    rows.first.get_by_role("link").click()
    text = page.locator("pre.mail").first.inner_text()
    for told in ("Wann ist es so weit?", "K7QM-3FZ2", f"writer-{language}@example.com"):
        assert told in text
