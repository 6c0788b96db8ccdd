"""Logs name an order by its number, never by its hash."""

import io
import logging

import pytest
from tests.settings import LOGGING
from django.test import Client
from django.utils.module_loading import import_string

from tests.factories import make_packed_order

pytestmark = pytest.mark.django_db


def test_refused_pages_of_an_order_are_logged_without_its_hash_and_token() -> None:
    lines = io.StringIO()
    options = dict(LOGGING["formatters"]["plain"])
    handler = logging.StreamHandler(lines)
    handler.setFormatter(import_string(options.pop("()"))(options["format"]))
    logging.getLogger("django.request").addHandler(handler)
    order = make_packed_order()
    try:
        Client().get(f"/register/{order.order_hash}/join/a-token/")
        Client().get(f"/api/orders/{order.order_hash}")
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert lines.getvalue() == (
        "WARNING django.request Not Found: /register/…/join/…/\n"
        "WARNING django.request Unauthorized: /api/orders/…\n"
    )
