"""Helpers that the tests of the checkout share."""

from django.test import Client

from shop.catalogue.models import Product
from shop.orders.models import Order, State
from tests.factories import DETAILS
from tests.pages import Response, at_checkout, fields

VIENNA = {"billing_country": "AT", "billing_vat_id": "ATU12345675"}
PRIVATE = {
    "billing_customer_type": "private",
    "billing_name": "Camille Durand",
    "billing_street": "12 rue de la République",
    "billing_postal_code": "69001",
    "billing_city": "Lyon",
    "billing_country": "FR",
}
UNKNOWN_CODE = "We don't recognise this code. Please check how it is spelled."


def send(language: str = "en", product: str = "s", **changes: str) -> Response:
    """Choose a tier, fill in the form with `changes`, press the button."""
    browser, form = at_checkout(product, language=language)
    return browser.post("/checkout/", {**form, **DETAILS, **changes})


def placed() -> Order:
    """The one order that was placed."""
    return Order.objects.exclude(state=State.NEW).get()


def recalculate(browser: Client, form: dict[str, str], **typed: str) -> Response:
    """The answer to the page's script when a field was changed: the price."""
    sent = {**form, **typed, "apply": "price", "shown": ""}
    sent.pop("place", None)
    return browser.post("/checkout/", sent, headers={"HX-Request": "true"})


def sold_by_the_year(cents: int = 49_000) -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=cents)


def selected_client(page: Response) -> str:
    """The value of the client that is chosen; "" for another one."""
    return fields(page)["client_id"]
