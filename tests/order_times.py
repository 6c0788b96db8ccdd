"""`python -m tests.order_times`: how many interactions an order takes, and how long it takes a person.

The page is used by a browser as a person would use it, and the time is that of the keystroke-level
model (Card, Moran, Newell 1980), not of the machine:

    K  0.28 s  a key pressed by an average typist
    P  1.10 s  pointing at something with the mouse
    B  0.20 s  a click
    H  0.40 s  a hand that moves between mouse and keyboard
    M  1.35 s  a decision before an action

Reading is added to it: 238 words a minute for the label of what is acted on (Brysbaert 2019), and
450 for what is skimmed before ordering: the price, the contract's terms. A field that is filled in by
typing is one interaction, as is a click. A browser that knows its user fills in a whole address at once:
two clicks, and one interaction. Choosing a plan is not measured, pressing its button is.
"""

import logging
import os
import sys
from dataclasses import dataclass

import django
from playwright.sync_api import Locator, Page, sync_playwright

KEY, POINT, CLICK, HOME, DECIDE = 0.28, 1.1, 0.2, 0.4, 1.35
READ, SKIM = 60 / 238, 60 / 450
# What a browser has stored of its user, by the tokens of `autocomplete`.
STORED = {
    "organization": "Isarfilm Produktion GmbH",
    "email": "nina@example.com",
    "given-name": "Nina",
    "family-name": "Nagel",
    "address-line1": "Baaderstraße 12",
    "postal-code": "80469",
    "address-level2": "München",
}
MOST_INTERACTIONS = {"guest": 10, "known": 4}
MOST_SECONDS = 40


@dataclass
class Hand:
    """A person at a page: acts on it, and counts."""

    page: Page
    interactions: int = 0
    seconds: float = 0.0
    on_keys: bool = False

    def click(self, target: Locator, label: str = "") -> None:
        """Read what it says, decide, point, click."""
        words = len((label or target.inner_text()).split())
        self._take(words * READ + DECIDE + self._to_the_mouse() + POINT + CLICK)
        target.click()

    def check(self, name: str) -> None:
        """Tick a box by its name."""
        self.click(self.page.locator(f"[name={name}]"), self.page.inner_text(f"[for=id_{name}]"))

    def type(self, name: str, text: str) -> None:
        """Click into a field and type."""
        label = self.page.inner_text(f"[for=id_{name}]")
        self._take(len(label.split()) * READ + DECIDE + self._to_the_mouse() + POINT + CLICK)
        self.seconds += HOME + len(text) * KEY
        self.on_keys = True
        self.page.fill(f"[name={name}]", text)

    def autofill(self) -> None:
        """Have the browser fill in what it knows: a click into a field, and one on its offer."""
        self._take(DECIDE + self._to_the_mouse() + 2 * (POINT + CLICK))
        for token, value in STORED.items():
            for field in self.page.locator(f"#order [autocomplete='{token}']:visible").all():
                if not field.input_value():
                    field.fill(value)

    def skim(self, *targets: str) -> None:
        """Run one's eyes over parts of the page."""
        for target in targets:
            self.seconds += len(self.page.inner_text(target).split()) * SKIM

    def _to_the_mouse(self) -> float:
        moves, self.on_keys = self.on_keys, False
        return HOME if moves else 0.0

    def _take(self, seconds: float) -> None:
        self.interactions += 1
        self.seconds += seconds


def order(page: Page, *, known: bool) -> Hand:
    """Order plan M from the start page; return what it took until the order's page is there."""
    hand = Hand(page)
    page.goto("/")
    hand.click(page.locator("button[name=product][value=m]").first)
    page.wait_for_url("**/checkout/")
    if not known:
        hand.autofill()
    hand.type("project_name", "Drei Tage im Mai")
    hand.check("business")
    if page.locator("[name=terms][type=checkbox]").count():
        hand.check("terms")
    hand.skim("#contract", ".to-pay")
    hand.click(page.locator("button[name=place]"))
    page.wait_for_url("**/register/*/")
    return hand


def main() -> int:
    """Measure a guest and a known customer; return 1 if it takes more than promised."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright runs a loop of its own
    django.setup()
    logging.disable()

    from tests.journey.conftest import ARGUMENTS
    from tests.known_customers import known_customer
    from tests.prepare import chromium
    from tests.scene import Scene, open_scene
    from tests.screenshots import serving

    missed = 0
    with serving() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        for who, user in (("guest", None), ("known", known_customer())):
            for language in ("de", "en"):
                scene = Scene("start", "/", user)
                context, page = open_scene(browser, port, scene, locale=language)
                hand = order(page, known=user is not None)
                context.close()
                print(
                    f"{who:6} {language}  {hand.interactions:2} interactions  {hand.seconds:5.1f} s"
                )
                missed += hand.interactions > MOST_INTERACTIONS[who] or hand.seconds > MOST_SECONDS
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
