"""Cancelling and withdrawing without signing in, as a visitor does it."""

from django.test import Client

from shop.orders.models import Order
from tests.pages import Response, fields, visitor

PATH = "/cancel-contract/"
TYPED = {"name": "Nina Nagel", "contract": "K7QM-3FZ2", "email": "nina@example.com"}
ORDINARY = {**TYPED, "for_cause": "no", "reason": "", "wished_end": ""}


def cancel(browser: Client | None = None, language: str = "en", **typed: str) -> Response:
    """Open the form, fill it in with `typed` in place of an ordinary cancellation, and send it."""
    browser = browser or visitor(language=language)
    token = fields(browser.get(PATH))["form_token"]
    return browser.post(PATH, {"form_token": token, **ORDINARY, **typed})


def withdraw(order_number: str, email: str, *, language: str = "en", **more: str) -> Response:
    """Open the form, fill it in, go on, and confirm."""
    browser = visitor(language=language)
    typed = {"name": "Camille Durand", "order_number": order_number, "email": email, **more}
    token = fields(browser.get("/withdraw/"))["form_token"]
    step = browser.post("/withdraw/", {"form_token": token, **typed})
    sent = {name: value for name, value in fields(step).items() if name in {"form_token", *typed}}
    return browser.post("/withdraw/", {**sent, "confirm": "1"})


def receipt_of(answer: Response, language: str = "en") -> Response:
    """The page that an answer leads to, as another tab of the browser shows it."""
    assert answer.status_code == 302, answer.content.decode()
    return visitor(language=language).get(answer.headers["Location"])


def number_of(order: Order) -> str:
    """The number of an order."""
    assert order.order_number
    return order.order_number
