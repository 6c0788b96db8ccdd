"""`python -m tests.order_times`: how many interactions an order takes, and how long it takes a person.

The page is used by a browser as a person would use it, and the time is that of a model of people
(`tests/keystrokes.py`), not of the machine. A browser that knows its user fills in a whole address at
once: two clicks, and one interaction. Choosing a plan is not measured, pressing its button is.
"""

import logging
import os
import sys

import django
from playwright.sync_api import Page, sync_playwright

from tests.keystrokes import CLICK, DECIDE, POINT, Hand

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


class Customer(Hand):
    """A person who orders, with what the browser knows of them."""

    def check(self, name: str) -> None:
        """Tick a box by its name."""
        self.click(self.page.locator(f"[name={name}]"), self.page.inner_text(f"[for=id_{name}]"))

    def autofill(self) -> None:
        """Have the browser fill in what it knows: a click into a field, and one on its offer."""
        self.take(DECIDE + self.to_the_mouse() + 2 * (POINT + CLICK))
        for token, value in STORED.items():
            for field in self.page.locator(f"#order [autocomplete='{token}']:visible").all():
                if not field.input_value():
                    field.fill(value)


def order(page: Page, *, known: bool) -> Customer:
    """Order plan M from the start page; return what it took until the order's page is there."""
    hand = Customer(page)
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
