"""Somebody new who joins by the e-mailed link."""

from django.test import Client

from shop.orders.models import Order
from shop.tenancy.models import User
from tests.pages import AGREED, Response, join_address, visitor

CHOICE = {
    **AGREED,
    "user_first_name": "Nina",
    "user_last_name": "Nagel",
    "password": "quite a long phrase",
}


def join(order: Order, browser: Client | None = None, **changes: str) -> Response:
    return (browser or visitor()).post(join_address(order), {**CHOICE, **changes})


def is_in(browser: Client) -> bool:
    return browser.get("/portal/").status_code == 200


def newcomer() -> User:
    return User.objects.get(email="nicecustomer@gmx.com")
