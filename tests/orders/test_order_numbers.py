"""Order numbers: how they are drawn, written and read back."""

import re

import pytest
from django.db import IntegrityError

from shop.catalogue.models import Promotion
from shop.orders import models, order_numbers
from shop.orders.models import Order
from shop.orders.open_orders import Owner, open_order
from shop.orders.order_numbers import find_order_number, new_order_number, read_order_number
from shop.orders.search import search
from shop.orders.search_index import number_orders
from tests.factories import bystander, make_bare_order, make_order

FORM = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def test_number_has_two_groups_without_look_alikes() -> None:
    numbers = {new_order_number() for _ in range(500)}
    assert len(numbers) == 500
    assert all(FORM.fullmatch(number) for number in numbers)
    assert set("".join(numbers)) == {*order_numbers.ALPHABET, "-"}


@pytest.mark.parametrize(
    "text",
    [
        *("K70M-31Z1", "k70m-31z1", "K70M31Z1", "k7om 3iz1", "K7oM—3lZL", " #K70M - 31Z1 "),
        *("K\u200b70M\u201131Z1", "Ｋ７０Ｍ－３１Ｚ１", "k 7 0 m 3 1 z 1"),
    ],
)
def test_number_is_read_back_however_it_is_written(text: str) -> None:
    assert read_order_number(text) == "K70M-31Z1"


@pytest.mark.parametrize("text", ["", "K70M-31Z", "K70M-31Z12", "K70M-31ZU", "K70M/31Z1", "ＫＫ"])
def test_other_text_is_not_read_as_a_number(text: str) -> None:
    assert read_order_number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Bestellnummer: K70M-31Z1", "Nr. k7om-3lz1", "Order number K70M 31Z1.", "No K70M31Z1"),
        *("Re: Bestellung K70M\u201131Z1 (eilt)", "K70M-31Z1, K70M 31Z1", "K70M-31Z1"),
        "Order number: K70M-31Z1\nPlan: S",
    ],
)
def test_number_is_found_among_other_words(text: str) -> None:
    assert find_order_number(text) == "K70M-31Z1"


@pytest.mark.parametrize(
    "text",
    [
        *("", "Nord Film GmbH", "Nordlicht", "K70M-31Z1 or AAAA-BBBB"),
        *("k70m-31z1@example.com", "www.k70m-31z1.example", "a-K70M-31Z1", "K70M-31Z1-99"),
    ],
)
def test_number_is_not_found_where_there_is_not_exactly_one(text: str) -> None:
    assert find_order_number(text) is None


@pytest.mark.django_db
def test_order_has_a_number_from_its_first_moment() -> None:
    opened, _owner = open_order(Owner("5d6a3a1c-95fb-4c52-8b7c-0d5a3a1f2b11"))
    placed = make_order()
    for order in (opened, placed):
        assert FORM.fullmatch(order.order_number or "")
        assert str(order) == f"order {order.order_number}"
    assert opened.order_number != placed.order_number


@pytest.mark.django_db
def test_number_that_is_taken_is_drawn_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    Promotion.objects.create(code="ONCE", name="Once", percent=10, max_uses=1)
    taken = make_order()
    drawn = iter([taken.order_number, taken.order_number])
    draw = order_numbers.new_order_number
    number = Order._meta.get_field("order_number")
    monkeypatch.setattr(number, "_get_default", lambda: next(drawn, None) or draw())
    order = make_order(promo_code="ONCE")
    assert next(drawn, None) is None
    assert order.order_number != taken.order_number
    assert Order.objects.count() == 2
    assert Promotion.objects.get(code="ONCE").uses == 1


@pytest.mark.django_db
def test_other_refusal_of_the_database_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = make_order()
    monkeypatch.setattr(
        Order._meta.get_field("order_hash"), "_get_default", lambda: taken.order_hash
    )
    with pytest.raises(IntegrityError):
        make_order()
    assert Order.objects.count() == 1
    assert models.new_hash() != taken.order_hash


@pytest.mark.django_db
def test_orders_of_the_version_before_get_number_and_words_by_the_worker() -> None:
    with bystander():
        order = make_bare_order(client_name="Zebra Film")
        Order.objects.filter(pk=order.pk).update(order_number=None)
        order.search_words.all().delete()
        assert search("zebra").pks == frozenset()
        number_orders(lambda: None)
        order.refresh_from_db()
        assert FORM.fullmatch(order.order_number or "")
        assert search("zebra").pks == search(order.order_number or "").pks == {order.pk}
