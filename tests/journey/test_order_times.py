"""An order takes few interactions. `python -m tests.order_times` tells the time, too."""

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from tests.journey.conftest import Enter
from tests.known_customers import known_customer
from tests.order_times import MOST_SECONDS, order

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def guest(browser: Browser, live_server: LiveServer, settings: Settings) -> Page:
    """The page of somebody whom the shop does not know."""
    settings.ALLOWED_HOSTS = ["localhost"]
    address = f"http://localhost:{live_server.url.rpartition(':')[2]}"
    return browser.new_context(base_url=address, locale="en").new_page()


def test_guest_whose_browser_knows_them_orders_in_six_interactions(guest: Page) -> None:
    hand = order(guest, known=False)
    assert hand.interactions == 6
    assert hand.seconds < MOST_SECONDS
    guest.context.close()


def test_known_customer_orders_in_four_interactions(enter: Enter) -> None:
    hand = order(enter(known_customer()), known=True)
    assert hand.interactions == 4
    assert hand.seconds < MOST_SECONDS
