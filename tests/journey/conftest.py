"""A real shop and a real browser."""

import os
import uuid
from collections.abc import Callable, Iterator

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journey.shop import running_shop
from tests.prepare import chromium

ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
# Refused answers (422, 410, …) and lost connections are printed whatever a page does.
HARMLESS = ("Failed to load resource", "htmx:sendError", "htmx:afterRequest")

OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running shop, on the database this run of the tests is for."""
    environment = {}
    if os.environ.get("TEST_DATABASE") == "postgres":
        name = f"journey_{uuid.uuid4().hex[:8]}"
        server = os.environ["TEST_DATABASE_URL"]
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        environment["DATABASE_URL"] = server.replace("/postgres?", f"/{name}?")
    with running_shop(tmp_path_factory.mktemp("shop"), **environment) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once."""
    with sync_playwright() as playwright:
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
        still = {"reduced_motion": "reduce", **options}
        context = browser.new_context(base_url=shop, **still)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        context.on("page", watch)
        contexts.append(context)
        return context

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def check_accessibility(page: Page) -> None:
    """axe finds nothing on the page as it stands."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
