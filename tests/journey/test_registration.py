"""The order's page in a real browser, with a real worker: it says at every moment how things stand."""

import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journey.billing import fill_in_billing
from tests.journey.conftest import PATIENCE, check_accessibility, report_requests
from tests.journey.shop import running_shop
from tests.journey.steps import LONGEST, STEPS
from tests.journey.test_journey import PASSWORD, approve_newest, mailed_link, newest_mail
from tests.journey.test_keyboard import tab_to
from tests.ports import free_port

pytestmark = [pytest.mark.long, pytest.mark.browser, pytest.mark.once]

NO_CONNECTION = "Connection lost. We'll keep trying."
# What is read out to whoever does not see the page, one text a change; how often the focus moved.
LISTEN = """() => {
  window.heard = [];
  window.moved = 0;
  const voice = document.getElementById("announcement");
  new MutationObserver(() => heard.push(voice.textContent)).observe(voice, { childList: true });
  document.addEventListener("focusin", (event) => {
    if (event.target.id === "headline") moved += 1;
  });
}"""


class Place:
    """A shop that can be stopped and started again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.hold = directory / "hold"
        self.port = str(free_port())
        self.running = ExitStack()

    def start(self) -> None:
        shop = running_shop(
            self.directory,
            PORT=self.port,
            PACKING_STEPS=",".join(STEPS),
            PACKING_STEP_SECONDS=str(LONGEST),
            HOLD_FILE=str(self.hold),
        )
        self.address = self.running.enter_context(shop)

    def stop(self) -> None:
        self.running.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    place = Place(tmp_path_factory.mktemp("watched"))
    place.start()
    yield place
    place.stop()


@contextmanager
def visitor(browser: Browser, place: Place) -> Iterator[Page]:
    """A page in a browser profile of its own."""
    context = browser.new_context(base_url=place.address, locale="en")
    context.set_default_timeout(PATIENCE)
    try:
        yield context.new_page()
    finally:
        context.close()


def ordered(page: Page, project: str, product: str = "s") -> str:
    """An order by a program; the address of its page."""
    order = {
        "product": product,
        "language": "en",
        "client_name": "Film",
        "project_name": project,
        "user_email": f"nina-{uuid.uuid4().hex[:8]}@example.com",
    }
    headers = {"Authorization": "Bearer example-token"}
    answer = page.request.post("/api/orders", data={"order": order}, headers=headers)
    return str(answer.json()["data"]["order"]["registration_url"])


def place_order(page: Page, project: str, email: str) -> None:
    page.goto("/tiers/s/")
    page.click("main form button")
    page.fill("[name=client_name]", "Film")
    page.fill("[name=project_name]", project)
    page.fill("[name=user_email]", email)
    fill_in_billing(page)
    page.check("[name=terms]")
    page.click("main button[name=place]")
    page.wait_for_url("**/register/*/")


def steps(page: Page) -> dict[str, str]:
    lines = [line.inner_text().split("\n") for line in page.locator(".steps li").all()]
    return {line[0]: line[-1] for line in lines}


def headline(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(re.compile(words))


def hide(page: Page) -> None:
    """Go to another tab."""
    page.evaluate(
        "Object.defineProperty(document, 'hidden', { value: true, configurable: true });"
        "document.dispatchEvent(new Event('visibilitychange'))"
    )


def correct_address(page: Page, email: str) -> None:
    tab_to(page, "Wrong address\\?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/address/")
    tab_to(page, "user_email")
    page.keyboard.type(email)
    page.keyboard.press("Enter")


def join_by_code(page: Page, code: str) -> None:
    tab_to(page, "E-mail on another device\\?.*")
    page.keyboard.press("Enter")
    tab_to(page, "code")
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/join/**")
    check_accessibility(page)
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    tab_to(page, "Join")
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/")


def test_customer_mends_and_corrects_and_the_member_joins_elsewhere(
    browser: Browser, place: Place
) -> None:
    wrong, right = (f"{name}-{uuid.uuid4().hex[:8]}@example.com" for name in ("worng", "right"))
    with visitor(browser, place) as customer, visitor(browser, place) as member:
        place_order(customer, "admin", wrong)
        # Packing finds a fault while the page is open; it comes with its form by itself.
        headline(customer, "One detail needs fixing")
        expect(customer.locator("#id_project_name_error")).to_contain_text("This name is reserved.")
        check_accessibility(customer)
        tab_to(customer, "project_name")
        customer.keyboard.press("Control+A")
        customer.keyboard.type("Drei Tage im Mai")
        customer.keyboard.press("Enter")
        headline(customer, "All set")
        assert set(steps(customer).values()) == {"done"}
        check_accessibility(customer)
        # The address was wrong. Whoever else has the page's address cannot change that.
        address = customer.url
        member.goto(f"{address}address/")
        headline(member, "Only the person who ordered can correct the address")
        correct_address(customer, right)
        headline(customer, "All set.*r…@e….com")
        # The member reads the mail on one device and joins on another, by its code.
        # The receipt came there, too: the two are sent in any order.
        mailed_link(member, right, 2, "join/")
        text = member.locator("pre.mail").first.inner_text()
        code = re.search(r"Enter this code[^:]*: ([2-9A-Z]{4}-[2-9A-Z]{4})", text)
        assert code
        # Received, please check, the link that no longer works, and that it was corrected.
        told = newest_mail(member, wrong, 4)
        assert "The address has been corrected since" in told
        assert "register" not in told
        member.goto(address)
        join_by_code(member, code[1])
        expect(member.get_by_text("Drei Tage im Mai").first).to_be_visible()
        customer.reload()
        headline(customer, "All set, and the first member has joined")


def test_steps_are_ticked_under_the_reader_s_eyes_and_told_in_few_words(
    browser: Browser, place: Place
) -> None:
    with visitor(browser, place) as page, visitor(browser, place) as second:
        place.hold.touch()
        page.goto(ordered(page, "held"))
        second.goto(page.url)
        running = page.locator(".steps [data-status=running]")
        expect(running).to_contain_text("hold")
        assert (steps(page)["Company"], steps(page)["First member"]) == ("done", "to come")
        page.evaluate(LISTEN)
        place.hold.unlink()
        for each in (page, second):
            headline(each, "All set")
        expect(page.locator("h1")).to_be_focused()
        # The headline is read out as the focus comes to it, so the announcement is silent.
        assert "".join(page.evaluate("heard")) == ""
        assert page.evaluate("moved") == 1
        # Only staff can mend this one: no form, and who acts.
        page.goto(ordered(page, "theirs"))
        headline(page, "Something went wrong on our side")
        expect(page.locator("main form")).to_have_count(0)
        assert "The disk is full" not in page.content()
        check_accessibility(page)


def test_page_outlives_a_long_sleep_and_its_own_patience(browser: Browser, place: Place) -> None:
    asked: list[str] = []
    with visitor(browser, place) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.clock.install()
        page.goto(ordered(page, "Drei Tage im Mai", "xl"))
        headline(page, "We're reviewing your order")
        # In a tab that nobody sees it asks seldom, and not for ever; seen again, it asks at once.
        hide(page)
        with page.expect_request("**/progress/**"):
            page.clock.fast_forward("00:30")
        report_requests(page)
        page.clock.fast_forward("16:00")
        button = page.get_by_role("button", name="Check again")
        expect(button).to_be_visible()
        report_requests(page)
        asked.clear()
        page.clock.fast_forward("01:00:00")
        report_requests(page)
        assert [url for url in asked if "/progress/" in url] == []
        with page.expect_request("**/progress/**"):
            page.evaluate(
                "delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))"
            )
        # Seen, but left alone for long, it stops and offers a button.
        expect(button).to_be_hidden()
        page.clock.fast_forward("00:16:00")
        expect(button).to_be_visible()
        check_accessibility(page)
        page.clock.fast_forward("00:16:00")
        with page.expect_request("**/progress/**"):
            button.press("Enter")
        expect(button).to_be_hidden()
        expect(page.locator("h1")).to_be_focused()


def test_title_of_a_tab_that_nobody_sees_tells_that_all_is_done(
    browser: Browser, place: Place
) -> None:
    with visitor(browser, place) as page, visitor(browser, place) as second:
        place.hold.touch()
        page.clock.install()
        page.goto(ordered(page, "held"))
        second.goto(page.url)
        expect(page).to_have_title(re.compile("^(Received|Being set up) · Your order · Slate$"))
        hide(page)
        place.hold.unlink()
        headline(second, "All set")
        page.clock.fast_forward("00:30")
        expect(page).to_have_title("All set · Your order · Slate")


def test_page_outlives_its_server(browser: Browser, place: Place) -> None:
    with visitor(browser, place) as page:
        page.goto(ordered(page, "Drei Tage im Mai", "xl"))
        headline(page, "We're reviewing your order")
        page.evaluate("window.same = true")
        place.stop()
        try:
            expect(page.get_by_text(NO_CONNECTION)).to_be_visible()
            headline(page, "We're reviewing your order")
        finally:
            place.start()
        expect(page.get_by_text(NO_CONNECTION)).to_be_hidden()
        with visitor(browser, place) as staff:
            approve_newest(staff.context)
        headline(page, "All set")
        assert page.evaluate("window.same")
