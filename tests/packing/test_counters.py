"""Counters for `/metrics`."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from shop.packing.attempts import ATTEMPTS, count, totals
from shop.packing.models import Counter

pytestmark = pytest.mark.django_db


def test_counter_adds_up_from_zero() -> None:
    assert totals()[ATTEMPTS] == 0
    count(ATTEMPTS)
    count(ATTEMPTS, 2)
    assert totals()[ATTEMPTS] == 3


def test_counter_that_another_process_has_just_created_is_added_to() -> None:
    others = [Counter(name=ATTEMPTS, total=5)]

    def another_first(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if sql.startswith("INSERT") and others:
            others.pop().save(force_insert=True)
        return execute(sql, *arguments)

    with connection.execute_wrapper(another_first):
        count(ATTEMPTS)
    assert others == []
    assert totals()[ATTEMPTS] == 6
