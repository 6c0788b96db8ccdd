"""Cancelling and withdrawing without signing in, in a real browser."""

import re
import uuid
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from shop.billing.declaration_matching import match_received
from shop.billing.declaration_rows import Declaration
from shop.billing.declarations import proof_token
from shop.billing.models import Subscription
from shop.notifications.emails.models import Message
from tests.factories import make_packed_order
from tests.journey.conftest import PATIENCE, OpenContext, check_accessibility
from tests.journey.test_journey import newest_mail, place_order
from tests.storefront.test_withdraw import BILLING

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

WORDS: dict[str, dict[str, Any]] = {
    "de": {
        "footer": "Verträge hier kündigen",
        "cancel": "Jetzt kündigen",
        "received": "Ihre Kündigung ist eingegangen",
        "prove": "Bitte bestätigen Sie die Kündigung Ihres Vertrags",
        "confirm": "Kündigung bestätigen",
        "confirmed": "Die Kündigung ist bestätigt.",
        "ends": r"Der Vertrag endet am \d+\. \w+ \d{4}",
        "withdraw": "Vertrag widerrufen",
        "continue": "Weiter",
        "confirm_withdrawal": "Widerruf bestätigen",
        "withdrawal_received": "Ihr Widerruf ist eingegangen.",
        "withdrawn": "Der Widerruf ist bestätigt.",
    },
    "en": {
        "footer": "Cancel contracts here",
        "cancel": "Cancel contract now",
        "received": "We have received your cancellation",
        "prove": "Please confirm the cancellation of your contract",
        "confirm": "Confirm cancellation",
        "confirmed": "The cancellation is confirmed.",
        "ends": r"The contract ends on \d+ \w+ \d{4}",
        "withdraw": "Withdraw from contract",
        "continue": "Continue",
        "confirm_withdrawal": "Confirm withdrawal",
        "withdrawal_received": "We have received your withdrawal.",
        "withdrawn": "The withdrawal is confirmed.",
    },
}


def cancel(page: Page, words: dict[str, Any], contract: str, email: str) -> str:
    """Cancel by the footer's link; the words of the receipt."""
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name=words["footer"]).click()
    page.fill("[name=name]", "Nina Nagel")
    page.fill("[name=contract]", contract)
    page.fill("[name=email]", email)
    page.locator("main").get_by_role("button", name=words["cancel"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{words['received']}.")
    receipt = page.locator("main").inner_text()
    page.reload()
    assert page.locator("main").inner_text() == receipt
    return receipt


def neutral(text: str, *own: str) -> str:
    """A text without what differs anyway: the clock, and what was typed."""
    for each in own:
        text = text.replace(each, "…")
    return re.sub(r"\d\d:\d\d", "", text)


@pytest.mark.parametrize(("language", "scripts"), [("de", True), ("en", False)])
def test_cancellation_counts_once_the_address_on_file_has_confirmed_it(
    open_context: OpenContext, language: str, scripts: bool
) -> None:
    words = WORDS[language]
    context = open_context(locale=language)
    if not scripts:
        # axe needs scripts, the pages do not: theirs are kept away.
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    mine, theirs = (f"{uuid.uuid4().hex[:8]}@example.com" for _each in range(2))
    client = f"Film {uuid.uuid4().hex[:6]}"
    place_order(page, language, mine, client)
    expect(page.locator("#order-number")).not_to_be_empty()
    number = page.locator("#order-number").inner_text()
    newest_mail(page, mine, 2)
    # A stranger is told the same of this contract as of none, on the page and by mail.
    of_mine = cancel(page, words, number, theirs)
    of_none = cancel(page, words, "ZZZZ-ZZZ9", theirs)
    assert neutral(of_mine, number) == neutral(of_none, "ZZZZ-ZZZ9")
    check_accessibility(page)
    newest_mail(page, theirs, 2)
    mail = newest_mail(page, mine, 3)
    (path,) = re.findall(r"http://[^/\s]+(/declarations/prove/\S+)", mail)
    page.goto(path)
    assert re.search(words["ends"], page.locator("main").inner_text())
    assert number in page.locator("main").inner_text()
    page.locator("main").get_by_role("button", name=words["confirm"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["confirmed"])
    assert re.search(words["ends"], page.locator("main").inner_text())
    # The link works once.
    page.goto(path)
    expect(page.locator("main").get_by_role("button", name=words["confirm"])).to_have_count(0)


@pytest.fixture
def for_everyone(live_server: LiveServer, settings: Settings) -> str:
    """A shop in this process that sells to private persons, too."""
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.CUSTOMERS = "everyone"
    return f"http://localhost:{live_server.url.rpartition(':')[2]}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "scripts", "day"),
    [("de", True, 14), ("de", False, 15), ("en", False, 14), ("en", True, 15)],
)
def test_private_person_withdraws_until_the_fourteenth_day(
    browser: Browser, for_everyone: str, language: str, scripts: bool, day: int
) -> None:
    words, email = WORDS[language], "camille@example.com"
    order = make_packed_order(
        billing=BILLING, user_email=email, client_name="Camille", language=language
    )
    # Its first minute on the 14th day before today, or its last on the 15th: days count, not hours.
    clock = time(0, 0) if day == 14 else time(23, 59)
    placed_on = timezone.localdate() - timedelta(days=day)
    placed_at = datetime.combine(placed_on, clock, timezone.get_current_timezone())
    order.events.filter(state="pending").update(at=placed_at)
    context = browser.new_context(
        base_url=for_everyone, locale=language, java_script_enabled=scripts, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("contentinfo").get_by_role("link", name=words["withdraw"]).click()
    page.fill("[name=name]", "Camille Durand")
    page.fill("[name=order_number]", str(order.order_number))
    page.fill("[name=email]", email)
    page.locator("main").get_by_role("button", name=words["continue"]).click()
    page.locator("main").get_by_role("button", name=words["confirm_withdrawal"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["withdrawal_received"])
    if scripts:
        check_accessibility(page)
    match_received(lambda: None)
    case = Declaration.objects.get().case
    if day == 14:
        page.goto(f"/declarations/prove/{proof_token(case)}/")
        page.locator("main").get_by_role("button", name=words["confirm_withdrawal"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(words["withdrawn"])
    context.close()
    contract = Subscription.objects.get(order=order)
    case.refresh_from_db()
    asked = Message.objects.filter(kind="proof", recipient=email).count()
    if day == 14:
        received = case.declaration.received_at
        assert (case.state, contract.withdrawn_at, asked) == ("effective", received, 1)
    else:
        assert (case.state, contract.withdrawn_at, asked) == ("staff", None, 0)
