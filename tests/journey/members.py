"""The actions of members in a browser, and the devices they use."""

import re
import uuid

from playwright.sync_api import CDPSession, Page

from tests.journey.conftest import check_accessibility, check_contrast
from tests.journey.test_journey import PASSWORD, mailed_link, newest_mail


def authenticator(page: Page, *, in_fields: bool = False) -> CDPSession:
    """A device with fingerprint reader, on which its owner's finger always lies.

    With `in_fields` the browser also offers passkeys in fields: the one of a virtual device is
    chosen as soon as it is offered.
    """
    if not in_fields:
        page.add_init_script("delete PublicKeyCredential.isConditionalMediationAvailable")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devices


def invited(page: Page, domain: str = "example.com", **members: str) -> tuple[str, str]:
    """Somebody whose order is packed: their address and the link that was mailed to them."""
    email = f"nina-{uuid.uuid4().hex[:8]}@{domain}"
    order = {
        "product": "s",
        "client_name": "Film",
        "project_name": "Drei Tage im Mai",
        "user_email": email,
        **members,
    }
    page.request.post(
        "/api/orders",
        data={"order": order},
        headers={"Authorization": "Bearer example-token"},
    )
    return email, mailed_link(page, email, 2, "join/")


def joined(page: Page, domain: str = "example.com", **members: str) -> str:
    """A new member who has joined by password; their address. `members` are of their order."""
    email, link = invited(page, domain, **members)
    page.goto(link)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=terms]").check()
    page.locator("main form > .button").click()
    page.wait_for_url("**/portal/")
    return email


def sign_out(page: Page) -> None:
    page.locator(".site-nav form button").click()
    page.wait_for_load_state()


def sign_in(page: Page, email: str) -> None:
    """Type address and password."""
    page.goto("/account/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def look(page: Page) -> None:
    """axe finds nothing on the page, in light and in dark."""
    # Without motion: colours on their way from one to the other have little contrast.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    check_contrast(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    check_accessibility(page)


def code_in(text: str) -> str:
    found = re.search(r"^\d{4} \d{4}$", text, re.MULTILINE)
    assert found, text
    return found[0]


def mail_to(page: Page, address: str) -> str:
    """The text of the only mail to `address`, which has another's address within."""
    return newest_mail(page, address, 1)
