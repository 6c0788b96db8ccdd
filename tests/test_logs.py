"""Logs name an order by its number, never by its hash."""

import io
import logging

import pytest
from django.test import Client

from shop.logs import DiscreetFormatter
from tests.factories import make_packed_order

pytestmark = pytest.mark.django_db


def test_refused_pages_of_an_order_are_logged_without_its_hash_and_token() -> None:
    (formatter,) = [
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, DiscreetFormatter)
    ]
    lines = logging.StreamHandler(io.StringIO())
    lines.setFormatter(formatter)
    logger = logging.getLogger("django.request")
    logger.addHandler(lines)
    order = make_packed_order()
    try:
        caller = Client(headers={"X-Request-ID": "mine-1"})
        caller.get(f"/register/{order.order_hash}/join/a-token/")
        caller.get(f"/Register/{order.order_hash}/")
        caller.get(f"/api/orders/{order.order_hash}")
        logger.warning("Forbidden: /account/password/reset/key/3-key/")
    finally:
        logger.removeHandler(lines)
    assert lines.stream.getvalue() == (
        "WARNING mine-1 django.request Not Found: /register/…/join/…/\n"
        "WARNING mine-1 django.request Not Found: /Register/…/\n"
        "WARNING mine-1 django.request Unauthorized: /api/orders/…\n"
        "WARNING mine-1 django.request Forbidden: /account/password/reset/key/…/\n"
    )


def test_card_number_in_an_address_or_a_request_id_is_not_written() -> None:
    formatter = DiscreetFormatter("%(request_id)s %(message)s")
    lines = logging.StreamHandler(io.StringIO())
    lines.setFormatter(formatter)
    logger = logging.getLogger("django.request")
    logger.addHandler(lines)
    try:
        Client(headers={"X-Request-ID": "4111111111111111"}).get("/tiers/4111-1111-1111-1111/")
    finally:
        logger.removeHandler(lines)
    assert lines.stream.getvalue() == "… Not Found: /tiers/…/\n"
