"""Fill in all that the checkout of a paid tier asks for, in a browser."""

from playwright.sync_api import Page

MUNICH = {
    "billing_street": "Feilitzschstraße 6",
    "billing_postal_code": "80802",
    "billing_city": "München",
}


def fill_in_billing(page: Page, **fields: str) -> None:
    """Fill in the billing address, a Munich one unless `fields` say otherwise; declare a business."""
    for name, value in (MUNICH | fields).items():
        page.locator(f"[name={name}]").fill(value)
    declare_business(page)


def declare_business(page: Page) -> None:
    """Tick the box that the shop asks businesses for."""
    page.locator("[name=business]").check()
