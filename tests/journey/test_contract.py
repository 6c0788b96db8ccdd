"""The life of a contract, end to end: ordered, changed up and down, cancelled, ended, exported."""

import os
import re
import uuid

import pytest
from playwright.sync_api import Page, expect

from tests.journey.conftest import OpenContext, check_accessibility, check_contrast
from tests.journey.shop import run_in_shop
from tests.journey.test_journey import PASSWORD, WORDS, join, place_order, reload_until

pytestmark = [pytest.mark.long, pytest.mark.browser]

Words = str | re.Pattern[str]

SAID: dict[str, dict[str, Words]] = {
    "en": {
        "change": "Change plan",
        "see": "See what it costs",
        "pay": re.compile(r"Change and pay · €\d+\.\d\d$"),
        "changed": "Your plan is now Dailies.",
        "later": re.compile(r"^Change on \d+ \w+ \d{4}$"),
        "planned": re.compile(r"Your plan changes to Starter on \d+ \w+ \d{4}\."),
        "undo": "Undo this change",
        "undone": "The change is undone: your plan stays as it is.",
        "cancel": "Cancel contract",
        "sure": re.compile(r"^Cancel · ends on \d+ \w+ \d{4}$"),
        "cancelled": re.compile(r"The contract is cancelled. It ends on \d+ \w+ \d{4}\."),
        "keep": "Undo cancellation",
        "kept": "The cancellation is undone. The contract goes on.",
        "ended": re.compile(r"This contract ended on \d+ \w+ \d{4}\."),
        "export": "Download data",
        "mail": "Your contract has ended",
    },
    "de": {
        "change": "Tarif wechseln",
        "see": "Kosten ansehen",
        "pay": re.compile(r"Kostenpflichtig wechseln · \d+,\d\d\s€$"),
        "changed": "Ihr Tarif ist jetzt Dailies.",
        "later": re.compile(r"^Zum \d+\. \w+ \d{4} wechseln$"),
        "planned": re.compile(r"Ihr Tarif wechselt am \d+\. \w+ \d{4} zu Starter\."),
        "undo": "Wechsel zurücknehmen",
        "undone": "Der Wechsel ist zurückgenommen: Ihr Tarif bleibt, wie er ist.",
        "cancel": "Vertrag kündigen",
        "sure": re.compile(r"^Kündigen · zum \d+\. \w+ \d{4}$"),
        "cancelled": re.compile(r"Der Vertrag ist gekündigt. Er endet am \d+\. \w+ \d{4}\."),
        "keep": "Kündigung zurücknehmen",
        "kept": "Die Kündigung ist zurückgenommen. Der Vertrag läuft weiter.",
        "ended": re.compile(r"Dieser Vertrag endete am \d+\. \w+ \d{4}\."),
        "export": "Daten herunterladen",
        "mail": "Ihr Vertrag ist beendet",
    },
}
# `ALL_JOURNEYS=1` adds the other two.
JOURNEYS = [
    pytest.param("de", True, id="de with script"),
    pytest.param("en", False, id="en without script", marks=pytest.mark.once),
]
if os.environ.get("ALL_JOURNEYS"):
    JOURNEYS += [
        pytest.param("de", False, id="de without script", marks=pytest.mark.once),
        pytest.param("en", True, id="en with script", marks=pytest.mark.once),
    ]
YESTERDAY = """
from datetime import timedelta
from django.utils import timezone
from shop.billing.models import Subscription
day = timezone.localdate() - timedelta(days=1)
found = Subscription.objects.filter(client__name={client!r}, cancelled_at__isnull=False)
assert found.update(ends_on=day) == 1
"""


def press(page: Page, name: Words) -> None:
    """Press a button, and show once more who is there where that is asked for."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()
    if "/reauthenticate/" in page.url:
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/portal/subscriptions/*/")


def says(page: Page, text: Words) -> None:
    expect(page.get_by_text(text).first).to_be_visible()


def choose(page: Page, plan: str, language: str) -> None:
    """From the contract to the quote of another plan, by keyboard alone."""
    page.get_by_role("link", name=SAID[language]["change"], exact=True).press("Enter")
    page.get_by_role("radio", name=plan, exact=True).press("Space")
    check_accessibility(page)
    page.get_by_role("button", name=SAID[language]["see"]).press("Enter")
    page.wait_for_url("**/confirm/**")
    check_accessibility(page)


def change_up_and_down(page: Page, language: str) -> None:
    """A change that is paid by days at once, and one that is planned and undone."""
    said = SAID[language]
    choose(page, "Dailies", language)
    press(page, said["pay"])
    says(page, said["changed"])
    # The month of the old plan, and the days of the new one.
    expect(page.locator("section[aria-labelledby=invoices] tbody tr")).to_have_count(2)
    choose(page, "Starter", language)
    press(page, said["later"])
    says(page, said["planned"])
    check_accessibility(page)
    press(page, said["undo"])
    says(page, said["undone"])


def cancel(page: Page, language: str) -> None:
    """To the end of the paid month."""
    page.get_by_role("link", name=SAID[language]["cancel"], exact=True).click()
    check_accessibility(page)
    press(page, SAID[language]["sure"])
    says(page, SAID[language]["cancelled"])
    check_accessibility(page)


@pytest.mark.parametrize(("language", "javascript"), JOURNEYS)
def test_contract_lives_and_ends(
    open_context: OpenContext, shop_variables: dict[str, str], language: str, javascript: bool
) -> None:
    email, client = f"nina-{uuid.uuid4().hex[:8]}@example.com", f"Film {uuid.uuid4().hex[:8]}"
    said, context = SAID[language], open_context(locale=language)
    if not javascript:
        # axe needs scripts, the pages do not: theirs are kept away.
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    place_order(page, language, email, client)
    done = page.get_by_role("heading", level=1, name=WORDS[language]["done"])
    reload_until(page, done.is_visible)
    join(page, language, email, client)
    page.get_by_role("link", name=re.compile("^Commercial")).click()
    issued = page.locator("section[aria-labelledby=invoices] tbody tr")
    reload_until(page, lambda: issued.count() == 1)
    check_accessibility(page)
    change_up_and_down(page, language)
    cancel(page, language)
    press(page, said["keep"])
    says(page, said["kept"])
    cancel(page, language)
    run_in_shop(shop_variables, YESTERDAY.format(client=client))
    export = page.get_by_role("link", name=said["export"])
    reload_until(page, export.is_visible)
    says(page, said["ended"])
    page.emulate_media(color_scheme="dark")
    check_contrast(page)
    export.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/dev/mailbox/")
    mail = page.get_by_role("row").filter(has_text=email).filter(has_text=said["mail"])
    reload_until(page, lambda: mail.count() == 1)
    expect(mail).to_have_count(1)
