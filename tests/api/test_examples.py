"""The examples of the description are recorded answers, so each of them is true."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.api import orders_openapi
from shop.open_order import open_order_openapi
from tests.api.recorded_billing import record_billing
from tests.api.recorded_calls import (
    Examples,
    record_open_order,
    record_orders,
)
from tests.api.recorded_refusals import record_refusals

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Set by `make examples`: write the examples down instead of comparing them.
RECORD = bool(os.environ.get("RECORD_EXAMPLES"))


def whole_orders(settings: Settings) -> Examples:
    limits = settings.RATE_LIMITS
    orders = record_orders(settings)
    settings.RATE_LIMITS = limits  # which the last call about orders finds used up
    return {**orders, **record_billing(settings)}


def open_order(settings: Settings) -> Examples:
    found = record_open_order(settings)
    for operation, statuses in record_refusals(settings).items():
        for status, named in statuses.items():
            found[operation][status] |= named
    return found


@pytest.mark.parametrize(
    ("module", "record"),
    [(orders_openapi, whole_orders), (open_order_openapi, open_order)],
    ids=["orders", "open order"],
)
def test_examples_are_what_is_answered(
    settings: Settings, module: Any, record: Callable[[Settings], Examples]
) -> None:
    found = json.loads(json.dumps(record(settings)))
    if RECORD:
        file = Path(module.__file__).with_name("examples.json")
        text = json.dumps(found, indent=1, ensure_ascii=False)
        file.write_text(f"{text}\n", encoding="utf-8")
    else:
        assert found == module.EXAMPLES


@pytest.mark.skipif(RECORD, reason="compares with what is written down")
@pytest.mark.parametrize(
    ("suffix", "base", "products"),
    [
        ("ByHash", "/orders/{order_hash}", "account/products"),
        ("ByAlias", "/order", "product"),
    ],
)
def test_examples_at_other_addresses_are_what_is_answered(
    settings: Settings, suffix: str, base: str, products: str
) -> None:
    found = record_open_order(settings, base, products)
    compared = 0
    for methods in Client().get("/api/openapi.json").json()["paths"].values():
        for operation in methods.values():
            name = operation["operationId"].removesuffix(suffix)
            if name == operation["operationId"] or name not in found:
                continue
            for status, answer in operation["responses"].items():
                if status[0] == "2" and "content" in answer:
                    examples = answer["content"]["application/json"]["examples"]
                    printed = {each: example["value"] for each, example in examples.items()}
                    assert printed == found[name][status]
                    compared += 1
    assert compared == {"ByHash": 19, "ByAlias": 4}[suffix]
