"""A customer with a browser: orders, watches the order's page, joins by the mailed link, looks at the portal."""

import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable

from playwright.sync_api import Error, Page, Request, Response, expect, sync_playwright

from tests.faults.mail_server import MailServer
from tests.journey.billing import fill_in_billing
from tests.journey.conftest import ARGUMENTS, PATIENCE
from tests.prepare import chromium
from tests.waiting import wait_for

PASSWORD = "quiet-paper-exact-type"
JOIN = re.compile(r"https://\S+/register/[0-9a-f]{32}/join/[^\s/]+/")


class Visitor(threading.Thread):
    """Makes one journey after another until told to stop; a step that met a clean 503 is made again."""

    def __init__(self, address: str, mails: MailServer) -> None:
        super().__init__(daemon=True)
        self.address, self.mails = address, mails
        self.answers: Counter[str] = Counter()  # of the current phase
        self.journeys = 0
        self.complaints: list[str] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        """Start a browser, and go."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
            while not self.stopped.is_set():
                context = browser.new_context(
                    base_url=self.address, locale="en", ignore_https_errors=True
                )
                context.set_default_timeout(PATIENCE)
                page = context.new_page()
                page.on("response", self.note)
                page.on("requestfailed", self.note_failure)
                try:
                    self.travel(page)
                    self.journeys += 1
                except (Error, AssertionError) as error:
                    self.complaints.append(f"{page.url}: {str(error).splitlines()[0]}")
                context.close()
            browser.close()

    def note(self, response: Response) -> None:
        """Count an answer, of a page or of one of its files."""
        noted = f"browser {response.request.method} {response.status}"
        if response.status == 503 and "retry-after" not in response.headers:
            noted += " without Retry-After"
        self.answers[noted] += 1

    def note_failure(self, request: Request) -> None:
        """Count a request without an answer, unless the browser itself gave it up."""
        if request.failure != "net::ERR_ABORTED":
            self.answers[f"browser {request.method} {request.failure}"] += 1

    def travel(self, page: Page) -> None:
        """From the tier to the portal."""
        email = f"nina-{uuid.uuid4().hex[:8]}@example.com"
        project = f"Project {email[5:13]}"
        self.open(page, "/tiers/s/")
        self.press(page, "main form[action*='/checkout/'] button", "**/checkout/**")
        page.fill("[name=client_name]", f"Film {email}")
        page.fill("[name=project_name]", project)
        page.fill("[name=user_email]", email)
        fill_in_billing(page)
        page.check("[name=terms]")
        self.press(page, "main button[name=place]", "**/register/*/")
        expect(page.locator("h1")).to_have_text(re.compile("All set"), timeout=3 * PATIENCE)
        if not wait_for(lambda: bool(self.links(email)), 60):
            raise AssertionError(f"no mail to {email}")
        self.open(page, self.links(email)[0])
        page.fill("[name=password]", PASSWORD)
        self.press(page, "main button:text-is('Join')", "**/portal/**")
        expect(page.get_by_text(project).first).to_be_visible()

    def links(self, email: str) -> list[str]:
        """The ways to join that were mailed to an address."""
        texts = [text for address, text in list(self.mails.handler.taken) if address == email]
        return [found for text in texts for found in JOIN.findall(text)]

    def open(self, page: Page, path: str) -> None:
        """Open a page, again while the shop or its proxy is away."""
        while self.is_away(page, lambda: page.goto(path)):
            pass

    def press(self, page: Page, button: str, leads_to: str) -> None:
        """Press a button, again where the shop or its proxy was away."""

        def press_it() -> Response | None:
            with page.expect_navigation() as navigation:
                page.locator(button).first.click()
            return navigation.value

        while self.is_away(page, press_it):
            page.go_back()
        page.wait_for_url(leads_to)

    def is_away(self, page: Page, call: Callable[[], Response | None]) -> bool:
        """Tell if a call met nobody, or a 503; a moment later then."""
        try:
            answer = call()
        except Error as error:
            if "net::ERR_" not in str(error):
                raise
            answer = None
        is_there = answer is not None and answer.status != 503
        if not is_there:
            page.wait_for_timeout(1000)
        return not is_there
