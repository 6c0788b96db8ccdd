"""The checkout asks the database for little: one check, one transaction, one lock."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import DETAILS
from tests.pages import at_checkout
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
    assert order.basket.document == {"product": "s", "language": "en", **DETAILS}
    assert len(queries) <= 17, [query["sql"] for query in queries]
