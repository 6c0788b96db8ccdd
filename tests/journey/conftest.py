"""A real browser."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings as django_settings
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from shop.tenancy.models import User
from tests.pages import visitor
from tests.prepare import chromium

# Chromium heeds only the last `--disable-features`, so this repeats Playwright's own. The last two would
# open two hidden pages for each window, about a third of the browser's work.
SWITCHED_OFF = (
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup"),
)
ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]
# Refused answers (422, 410, …) and lost connections are printed whatever a page does.
HARMLESS = ("Failed to load resource", "htmx:sendError", "htmx:sendAbort", "htmx:afterRequest")

OpenContext = Callable[..., BrowserContext]
Enter = Callable[[User], Page]
# How long anything may take, in milliseconds: a bound for busy machines, not a promise of the shop.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for all tests of this process.

    Playwright leaves an event loop running in this thread, in which Django refuses the database.
    """
    # Django has other connections where a loop runs: those from before would stay open for good.
    connections.close_all()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_context(browser: Browser, shop: str) -> Iterator[OpenContext]:
    """Opens a visitor's own browser profile; complains about what its pages print or raise."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type in {"error", "warning"} and not message.text.startswith(HARMLESS)
                else None
            ),
        )

    def open_one(**options: object) -> BrowserContext:
        # Without motion: colours on their way from one to the other have little contrast.
        still = {"base_url": shop, "reduced_motion": "reduce", **options}
        context = browser.new_context(**still)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer, settings: Settings) -> Iterator[Enter]:
    """Opens a browser profile of somebody who is signed in, at the back office of this process."""
    settings.ALLOWED_HOSTS = ["localhost"]
    address = f"http://localhost:{live_server.url.rpartition(':')[2]}"
    contexts: list[BrowserContext] = []

    def enter_as(user: User) -> Page:
        context = browser.new_context(base_url=address, locale="en")
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        session = visitor(user).cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        return context.new_page()

    yield enter_as
    for context in contexts:
        context.close()


def check_accessibility(page: Page) -> None:
    """axe finds nothing on the page as it stands."""
    check(page, None)


def check_contrast(page: Page) -> None:
    """axe finds nothing to say about colours, all that a page in dark has of its own."""
    check(page, {"runOnly": ["color-contrast"]})


def report_requests(page: Page) -> None:
    """Return once all that the page has asked for so far was reported: a call of ours comes last."""
    page.evaluate("fetch('/livez').then((answer) => answer.status)")


def check(page: Page, options: dict[str, Any] | None) -> None:
    page.wait_for_load_state()  # colours come with the style sheets
    results = Axe().run(page, options=options)
    assert results.violations_count == 0, results.generate_report()
