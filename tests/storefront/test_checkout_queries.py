"""The checkout asks the database for little: one check, one transaction, one lock."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DETAILS
from tests.pages import ADDRESS, at_checkout
from tests.storefront.checkout import placed

pytestmark = pytest.mark.django_db


def test_placing_an_order_takes_few_queries_and_writes_it_whole() -> None:
    browser, form = at_checkout()
    with CaptureQueriesContext(connection) as queries:
        answer = browser.post("/checkout/", {**form, **DETAILS})
    order = placed()
    assert answer.headers["Location"] == f"/register/{order.order_hash}/"
    assert (order.state, order.complete, order.net_cents) == ("pending", True, 4900)
    assert {name: getattr(order, name) for name in DETAILS} == DETAILS
    billing = {name.removeprefix("billing_"): value for name, value in ADDRESS.items()}
    billing |= {"customer_type": "company", "company": DETAILS["client_name"], "country": "DE"}
    written = {"product": "s", "language": "en", "billing": billing, **DETAILS}
    assert order.basket.document == written
    assert order.billing == billing
    assert len(queries) <= 18, [query["sql"] for query in queries]
