"""The journey in Firefox: `python visit.py BROWSER SHOP AXE`, with Mozilla's driver installed."""

import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from marionette_driver import By
from marionette_driver.errors import NoSuchElementException, StaleElementException
from marionette_driver.marionette import Marionette

PATIENCE = 120  # seconds
EMAIL, PROJECT, PASSWORD = "nina@example.com", "Drei Tage im Mai", "quiet-paper-exact-type"
TYPED = {
    "client_name": "Constantin Film",
    "project_name": PROJECT,
    "user_first_name": "Nina",
    "user_email": EMAIL,
    "billing_street": "Feilitzschstraße 6",
    "billing_postal_code": "80802",
    "billing_city": "München",
}
FINDINGS = """
const [source, resolve] = arguments;
if (!window.axe) { (0, eval)(source); }
window.axe.run().then((found) => resolve(found.violations.map((each) =>
  each.id + ": " + each.nodes.map((node) => node.html).join("; "))));
"""
OVERFLOW = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Visit:
    """A visitor with Firefox."""

    def __init__(self, browser: Any, shop: str, axe: str) -> None:
        self.browser, self.shop, self.axe = browser, shop, axe

    def open(self, path: str) -> None:
        """Go to a page of the shop, or to a whole address."""
        self.browser.navigate(path if path.startswith("http") else f"{self.shop}{path}")

    def press(self, selector: str) -> None:
        """Press the first button or link that a selector finds."""
        self.browser.find_element(By.CSS_SELECTOR, selector).click()

    def fill_in(self, values: dict[str, str]) -> None:
        """Type into fields by their names."""
        for name, value in values.items():
            field = self.browser.find_element(By.NAME, name)
            field.clear()
            field.send_keys(value)

    def tick(self, *names: str) -> None:
        """Tick the boxes of these names that the page has."""
        for name in names:
            for box in self.browser.find_elements(By.NAME, name):
                if not box.is_selected():
                    box.click()

    def wait(self, came: Callable[[], Any], missing: str) -> Any:
        """Return what `came` returns once that is something; end the run where it never is."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(NoSuchElementException, StaleElementException):
                if found := came():
                    return found
            time.sleep(0.2)
        sys.exit(f"{missing} did not come: {self.browser.get_url()}")

    def wait_for(self, pattern: str) -> None:
        """Wait for a page whose address matches."""
        self.wait(lambda: re.search(pattern, self.browser.get_url()), pattern)

    def look(self, name: str) -> None:
        """Have axe look at the page; end the run with what it finds, or if it scrolls sideways."""
        found = self.browser.execute_async_script(FINDINGS, script_args=(self.axe,))
        if found or self.browser.execute_script(OVERFLOW) > 0:
            sys.exit(f"{name}: {found or 'scrolls sideways'}")
        print(f"{name}: well")

    def mailed(self, part: str) -> str:
        """Return the link in a mail to the visitor that has `part` in it."""

        def link() -> str:
            self.open("/dev/mailbox/")
            rows = self.browser.find_elements(By.CSS_SELECTOR, "main tr")
            links = [
                row.find_element(By.TAG_NAME, "a").get_property("href")
                for row in rows
                if EMAIL in row.text
            ]
            for mail in links:
                self.open(mail)
                text = self.browser.find_element(By.CSS_SELECTOR, "pre.mail").text
                if found := re.search(rf"http://\S+/{part}/\S+", text):
                    return found[0]
            return ""

        return str(self.wait(link, f"A mail with {part}"))


def order(visit: Visit) -> None:
    """From the tiers to an order that is packed, whose page shows that by itself."""
    visit.open("/")
    visit.look("tiers")
    visit.open("/tiers/commercial/")
    visit.look("tier")
    visit.press("main form[action*='/checkout/'] button")
    visit.wait_for("/checkout/")
    visit.look("checkout")
    visit.fill_in(TYPED)
    visit.tick("business", "terms")
    visit.press("button[name=place]")
    visit.wait_for(r"/register/\w{32}/$")
    heading = visit.browser.find_element(By.TAG_NAME, "h1").text
    # The script of the page asks for news until the order is done.
    steps = "ol.steps > li, ul.steps > li"
    visit.wait(lambda: done(visit, steps), f"The end of the steps (at first: {heading})")
    visit.look("order")


def done(visit: Visit, selector: str) -> bool:
    """Tell whether every step of the order's page is done."""
    steps = visit.browser.find_elements(By.CSS_SELECTOR, selector)
    return bool(steps) and all("✓" in step.text or "done" in step.text for step in steps)


def join(visit: Visit) -> None:
    """From the mailed link to the portal, by password."""
    visit.open(visit.mailed("join"))
    visit.look("join")
    visit.fill_in({"password": PASSWORD})
    visit.tick("terms")
    visit.press("main form button:not([type='button'])")  # by password, not by passkey
    visit.wait_for("/portal/$")
    visit.wait(lambda: PROJECT in visit.browser.find_element(By.TAG_NAME, "main").text, PROJECT)
    visit.look("portal")


def main(binary: str, shop: str, axe: str) -> None:
    """Make the visit."""
    preferences = {"intl.accept_languages": "en"}
    browser = Marionette(bin=binary, headless=True, port=0, prefs=preferences)
    browser.start_session()
    try:
        print(f"Firefox {browser.session_capabilities['browserVersion']}")
        browser.timeout.script = PATIENCE
        visit = Visit(browser, shop, Path(axe).read_text(encoding="utf-8"))
        order(visit)
        join(visit)
    finally:
        browser.quit()
        browser.cleanup()


if __name__ == "__main__":
    main(*sys.argv[1:])
