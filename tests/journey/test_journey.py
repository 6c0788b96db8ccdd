"""The main job, end to end: from a tier picked on a page to a member at home."""

import re
import time
import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journey.billing import fill_in_billing
from tests.journey.conftest import OpenContext, check_accessibility, check_contrast

pytestmark = pytest.mark.browser

PASSWORD = "quiet-paper-exact-type"

WORDS = {
    "en": {
        "agree": "I agree to the terms",
        "place": "Order and pay · €94.01 a month",
        "done": "All set. We've sent your sign-in link to n…@e….com.",
        "join": "Join",
    },
    "de": {
        "agree": "Ich stimme den AGB zu",
        "place": "Kostenpflichtig bestellen · 94,01\u00a0€/Monat",
        "done": "Fertig. Ihr Zugang ist bereit; der Link ist unterwegs an n…@e….com.",
        "join": "Beitreten",
    },
}


def reload_until(page: Page, came: Callable[[], bool]) -> None:
    """Load the page again until something has come, for a minute at most."""
    end = time.monotonic() + 60
    while not came() and time.monotonic() < end:
        page.reload()


def newest_mail(page: Page, address: str, number: int) -> str:
    """The text of the newest mail to `address`, once there are `number` of them."""
    page.goto("/dev/mailbox/")
    mails = page.get_by_role("row").filter(has_text=address)
    reload_until(page, lambda: mails.count() >= number)
    assert mails.count() == number
    mails.first.get_by_role("link").click()
    return page.locator("pre.mail").first.inner_text()


def mailed_link(page: Page, address: str, number: int, part: str) -> str:
    """A link in one of the `number` mails to `address`: two workers may send them in any order."""
    newest_mail(page, address, number)
    for each in range(number):
        page.goto("/dev/mailbox/")
        rows = page.get_by_role("row").filter(has_text=address)
        rows.nth(each).get_by_role("link").click()
        text = page.locator("pre.mail").first.inner_text()
        if re.search(rf"http://\S+/register/\S*{part}", text):
            return link_in(text, part)
    raise AssertionError(f"no mail to {address} has a link to {part}")


def link_in(text: str, part: str) -> str:
    found = re.search(rf"http://\S+/register/\S*{part}\S*", text)
    assert found, text
    return found[0]


def place_order(page: Page, language: str, email: str, client: str) -> None:
    """From the tiers to the registration page."""
    page.goto("/")
    check_accessibility(page)
    page.locator("[name=family][value=film]").check()
    page.get_by_role("link", name="Commercial", exact=True).first.click()
    check_accessibility(page)
    page.locator("main form[action*='/checkout/'] button").first.click()
    check_accessibility(page)
    page.locator("[name=client_name]").fill(client)
    page.locator("[name=project_name]").fill("Drei Tage im Mai")
    page.locator("[name=user_first_name]").fill("Nina")
    page.locator("[name=user_email]").fill(email)
    fill_in_billing(page)
    page.get_by_label(WORDS[language]["agree"]).check()
    page.get_by_role("button", name=WORDS[language]["place"]).click()
    page.wait_for_url("**/register/*/")


def join(page: Page, language: str, email: str, client: str) -> None:
    """From the mailed link to the portal."""
    link = mailed_link(page, email, 2, "join/")
    assert client in page.locator("pre.mail").first.inner_text()
    page.goto(link)
    check_accessibility(page)
    # The terms were agreed to with the order, by the same person.
    expect(page.locator("[name=terms]")).to_have_count(0)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=WORDS[language]["join"], exact=True).click()
    page.wait_for_url("**/portal/")
    expect(page.get_by_text("Drei Tage im Mai").first).to_be_visible()
    expect(page.get_by_text(client).first).to_be_visible()
    check_accessibility(page)


# One journey on PostgreSQL too, in German and with scripts; the rest looks at pages alone.
@pytest.mark.parametrize(
    "javascript",
    [
        pytest.param(True, id="with script"),
        pytest.param(False, id="without script", marks=pytest.mark.once),
    ],
)
@pytest.mark.parametrize("language", ["de", pytest.param("en", marks=pytest.mark.once)])
def test_customer_becomes_a_member_at_home(
    open_context: OpenContext, language: str, javascript: bool
) -> None:
    email = f"nina-{uuid.uuid4().hex[:8]}@example.com"
    client = f"Film {uuid.uuid4().hex[:8]}"
    context = open_context(locale=language, java_script_enabled=True)
    if not javascript:
        # axe needs scripts, the pages do not: theirs are kept away.
        context.route("**/*.js", lambda route: route.abort())
    page = context.new_page()
    place_order(page, language, email, client)
    done = page.get_by_role("heading", level=1, name=WORDS[language]["done"])
    if javascript:
        expect(done).to_be_visible()
    else:
        reload_until(page, done.is_visible)
        expect(done).to_be_visible()
    assert email not in page.content()
    check_accessibility(page)
    join(page, language, email, client)


@pytest.mark.once
def test_page_without_scripts_renews_itself(open_context: OpenContext) -> None:
    """A browser with scripts switched off, not merely kept away: the page still turns."""
    context = open_context(locale="en", java_script_enabled=False)
    page = context.new_page()
    email = f"nina-{uuid.uuid4().hex[:8]}@example.com"
    page.goto("/tiers/xl/")
    page.click("main form button")
    page.fill("[name=client_name]", "Film")
    page.fill("[name=project_name]", "Drei Tage im Mai")
    page.fill("[name=user_email]", email)
    fill_in_billing(page)
    page.check("[name=terms]")
    page.click("main button[name=place]")
    page.wait_for_url("**/register/*/")
    # Every ten seconds.
    asked = re.compile("We're reviewing your order")
    expect(page.locator("h1")).to_have_text(asked)
    approve_newest(open_context(locale="en"))
    expect(page.locator("h1")).to_have_text(re.compile("All set"))


def approve_newest(context: BrowserContext) -> None:
    """As staff: sign in, open the newest stuck order, approve it."""
    page = context.new_page()
    page.goto("/staff/")
    check_accessibility(page)
    page.locator("[name=login]").fill("staff@example.com")
    page.locator("[name=password]").fill("slate-and-tally-staff")
    page.locator("[name=password]").press("Enter")
    expect(page.locator("main.dense")).to_be_visible()
    check_accessibility(page)
    page.locator("main table a").last.click()
    check_accessibility(page)
    page.get_by_role("button", name=re.compile("Approve")).click()
    page.wait_for_load_state()
    check_accessibility(page)


@pytest.mark.once
def test_manual_tier_packs_once_approved_and_the_open_page_shows_it(
    open_context: OpenContext,
) -> None:
    context = open_context(locale="en")
    page = context.new_page()
    page.goto("/tiers/studio/")
    page.click("main form button")
    page.locator("[name=client_name]").fill("Film")
    page.locator("[name=project_name]").fill("Drei Tage im Mai")
    page.locator("[name=user_email]").fill(f"nina-{uuid.uuid4().hex[:8]}@example.com")
    fill_in_billing(page)
    page.locator("[name=terms]").check()
    page.locator("main button[name=place]").click()
    page.wait_for_url("**/register/*/")
    expect(page.locator("h1")).to_have_text(re.compile("We're reviewing your order"))
    expect(page.locator("#announcement")).to_have_text(re.compile("We're reviewing|^$"))
    check_accessibility(page)
    loads = []
    page.on("load", lambda _: loads.append(1))
    approve_newest(open_context(locale="en"))
    expect(page.locator("h1")).to_have_text(re.compile("All set"))
    expect(page.locator("h1")).to_be_focused()
    assert loads == []


@pytest.mark.once
def test_order_of_a_product_alone_is_completed_on_its_page(open_context: OpenContext) -> None:
    context = open_context(locale="en")
    answer = context.request.post(
        "/api/orders",
        data={"order": {"product": "Yamdu FREE", "language": "en"}},
        headers={"Authorization": "Bearer example-token"},
    )
    assert answer.status == 201
    order = answer.json()["data"]["order"]
    assert (order["state"], order["status"]) == ("pending", None)
    page = context.new_page()
    page.goto(order["registration_url"])
    expect(page.locator("h1")).to_have_text(re.compile("We need a few more details from you"))
    check_accessibility(page)
    page.locator("main form button.button--primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    check_accessibility(page)
    page.locator("[name=client_name]").fill("Film")
    page.locator("[name=project_name]").fill("Drei Tage im Mai")
    email = f"nina-{uuid.uuid4().hex[:8]}@example.com"
    page.locator("[name=user_email]").fill(email)
    page.locator("[name=terms]").check()
    page.get_by_role("button", name="Place order · free of charge").click()
    expect(page.locator("h1")).to_have_text(re.compile("All set"))
    shown = context.request.get(
        f"/api/orders/{order['order_hash']}", headers={"Authorization": "Bearer example-token"}
    ).json()["data"]["order"]
    assert (shown["state"], shown["user_email"]) == ("packed", email)
    assert shown["client_id"]
    assert shown["project_id"]


@pytest.mark.once
def test_lost_connection_is_told_and_the_page_goes_on(open_context: OpenContext) -> None:
    context = open_context(locale="en")
    answer = context.request.post(
        "/api/orders",
        data={
            "order": {
                "product": "xl",
                "client_name": "Film",
                "project_name": "Drei Tage im Mai",
                "user_email": f"nina-{uuid.uuid4().hex[:8]}@example.com",
            }
        },
        headers={"Authorization": "Bearer example-token"},
    )
    page = context.new_page()
    page.goto(answer.json()["data"]["order"]["registration_url"])
    expect(page.locator("h1")).to_have_text(re.compile("We're reviewing your order"))
    notice = page.get_by_text("Connection lost. We'll keep trying.")
    expect(notice).to_be_hidden()
    page.route("**/progress/**", lambda route: route.abort())
    expect(notice).to_be_visible()
    check_accessibility(page)
    page.unroute("**/progress/**")
    expect(notice).to_be_hidden()


@pytest.mark.once
@pytest.mark.parametrize("path", ["/nothing/", "/account/login/", "/account/password/reset/"])
def test_pages_beside_the_way_are_accessible(open_context: OpenContext, path: str) -> None:
    page = open_context(locale="de").new_page()
    page.goto(path)
    check_accessibility(page)
    page.emulate_media(color_scheme="dark")
    check_contrast(page)


@pytest.mark.once
def test_wrong_link_says_what_to_do_next(open_context: OpenContext) -> None:
    context = open_context(locale="en")
    answer = context.request.post(
        "/api/orders",
        data={"order": {"product": "s"}},
        headers={"Authorization": "Bearer example-token"},
    )
    page = context.new_page()
    shown = page.goto(answer.json()["data"]["order"]["registration_url"] + "join/damaged/")
    assert shown
    assert shown.status == 404
    check_accessibility(page)
