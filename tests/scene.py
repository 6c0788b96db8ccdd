"""A scene: a page in a state. How to open one, and what can be done on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.test import Client as Visitor
from playwright.sync_api import Browser, BrowserContext, Page

from shop.orders.missing_details import fill_in
from shop.orders.models import Order
from shop.tenancy.models import Membership, User
from tests.factories import DETAILS, make_bare_order

Act = Callable[[Page], object]
SEND = "main form .button:not([type='button'])"


def nothing(page: Page) -> None:
    """Do nothing, as on most pages."""


@dataclass
class Scene:
    """A page in a state."""

    name: str
    path: str
    user: User | None = None
    act: Act = nothing
    host: str = "localhost"
    status: int = 200  # of the page as it is opened, before the act


def open_scene(
    browser: Browser, port: str, scene: Scene, **options: Any
) -> tuple[BrowserContext, Page]:
    """The scene in a browser profile of its own.

    A page that answers otherwise than the scene expects is none of it: an error page, mostly.
    """
    cache.clear()  # nobody tried to sign in too often
    address = f"http://{scene.host}:{port}"
    context = browser.new_context(base_url=address, **options)
    if scene.user:
        visitor = Visitor()
        visitor.force_login(scene.user)
        session = visitor.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    answer = page.goto(scene.path)
    assert answer is not None
    assert answer.status == scene.status, f"{scene.name}: {scene.path} answers {answer.status}"
    scene.act(page)
    return context, page


def press(selector: str) -> Act:
    """Presses a button and waits for the page that comes."""

    def act(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return act


def fill(selector: str = SEND, **values: str) -> Act:
    """Types into fields by their names, and sends them."""

    def act(page: Page) -> None:
        for name, value in values.items():
            page.locator(f"main [name={name}]").fill(value)
        press(selector)(page)

    return act


def chosen(*further: Act) -> Act:
    """From the page of a tier to the checkout, and on."""
    return in_turn(press(SEND), *further)


def in_turn(*acts: Act) -> Act:
    """One after the other."""

    def act(page: Page) -> None:
        for each in acts:
            each(page)

    return act


def with_code(page: Page) -> None:
    """Takes a promotion code."""
    page.locator("#promotion summary").click()
    fill("#promotion [name=apply]", promo_code="PREMIERE")(page)


def checked(page: Page) -> None:
    """Has filled in the checkout, and pressed Enter."""
    page.locator("[name=project_name]").fill("Drei Tage im Mai")
    page.locator("[name=business]").check()
    page.locator("[name=project_name]").press("Enter")
    page.wait_for_load_state()


def without_cookies(selector: str = SEND) -> Act:
    """Sends a form from a browser that has lost its cookies."""

    def act(page: Page) -> None:
        page.context.clear_cookies()
        press(selector)(page)

    return act


def other_family(page: Page) -> None:
    """Asks for the plans of the family that is not shown at first."""
    page.locator("[name=family]:not(:checked)").check()


def overtaken(page: Page) -> None:
    """Types into the form of an order whose details somebody else has filled in meanwhile."""
    order = make_bare_order("s")
    page.goto(f"/register/{order.order_hash}/")
    page.locator("[name=client_name]").fill("Constantin Film")
    fill_in(order, DETAILS)


def without_style(page: Page) -> None:
    """As a browser that cannot read our style sheets."""
    page.route("**/*.css", lambda route: route.abort())
    page.reload()


def withdraw(order: Order) -> Act:
    """The member is removed before they have joined."""

    def act(page: Page) -> None:
        Membership.objects.filter(project=order.delivered_project).delete()
        page.reload()

    return act


def unfolded(page: Page) -> None:
    """With every form of an order's page opened."""
    for summary in page.locator("details > summary").all():
        summary.click()


def without_a_reason(page: Page) -> None:
    """Tries to cancel an order and says nothing."""
    case = page.locator("details", has=page.locator("[name=reason]"))
    case.locator("summary").click()
    case.locator("button").click()
    page.wait_for_load_state()


def chosen_in_bulk(action: str) -> Act:
    """Chooses all orders, and what is to be done to them."""

    def act(page: Page) -> None:
        page.locator(".queue [name=order]").first.check()
        page.locator("#bulk-action").select_option(action)
        page.locator("#bulk [name=all]").check()
        press("#bulk button")(page)

    return act
