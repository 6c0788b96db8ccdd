"""A compiled INSERT writes what `save` writes, on both databases, in one statement."""

from contextlib import ExitStack
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.signals import post_save, pre_save
from django.forms.models import model_to_dict
from django.test.utils import CaptureQueriesContext

from shop.compiled_inserts import insert, insert_missing, insert_missing_values
from shop.notifications.emails.models import Message
from shop.orders.models import Order, OrderEvent, SearchWord
from shop.tenancy.models import Client
from tests.factories import make_order, make_user

pytestmark = pytest.mark.django_db


def columns(row: Any) -> dict[str, Any]:
    """All columns of `row` as stored, but those that are different for each row."""
    stored = type(row).objects.filter(pk=row.pk).values().get()
    unlike = ("id", "order_hash", "order_number", "created_at", "updated_at", "at")
    return {name: value for name, value in stored.items() if name not in unlike}


def test_row_is_stored_as_save_stores_it() -> None:
    placed = make_order(user_email="Nina@Example.com", client_name="100 % O'Hara")
    given = model_to_dict(placed, exclude=["id", "product", "token_user", "created_at"])
    fields = {name: value for name, value in given.items() if value is not None}
    saved, inserted = (Order(**fields, product=placed.product) for _time in range(2))
    saved.save()
    with CaptureQueriesContext(connection) as queries:
        insert(inserted)
    assert len(queries) == 1
    assert inserted.pk > saved.pk
    assert not inserted._state.adding
    assert columns(inserted) == columns(saved)
    assert inserted.canonical_email == saved.canonical_email
    assert inserted.created_at == Order.objects.get(pk=inserted.pk).created_at


def test_row_with_json_and_a_foreign_key_is_stored_as_save_stores_it() -> None:
    order, user = make_order(), make_user()
    rows = [OrderEvent(order=order, actor=user, details={"on": "é"}) for _time in range(2)]
    rows[0].save()
    insert(rows[1])
    assert columns(rows[1]) == columns(rows[0])


def test_row_that_clashes_is_refused() -> None:
    order = make_order()
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(Order(order_hash=order.order_hash))
    assert Order.objects.get() == order


def test_row_is_told_to_receivers_as_save_tells_it() -> None:
    told: list[dict[str, Any]] = []

    def receive(**given: Any) -> None:
        told.append({name: value for name, value in given.items() if name != "instance"})

    admin = make_user()
    saved, inserted = (Client(name="Film", client_admin=admin) for _time in range(2))
    with ExitStack() as stack:
        for signal in (pre_save, post_save):
            signal.connect(receive, sender=Client)
            stack.callback(signal.disconnect, receive, sender=Client)
        saved.save()
        insert(inserted)
    assert len(told) == 4
    # What is inserted by packing gets its search words later.
    assert told[2:] == [told[0], told[1] | {"compiled": True}]


def test_only_missing_rows_are_inserted() -> None:
    order = make_order()
    kind = {"kind": Message.Kind.ATTENTION, "recipient": "a@example.com", "language": "de"}
    before = Message.objects.count()
    for keys in (["one"], ["one", "two"], []):
        insert_missing([Message(order=order, dedupe_key=key, **kind) for key in keys])
    found = Message.objects.order_by("pk")[before:].values_list("dedupe_key", flat=True)
    assert list(found) == ["one", "two"]


def test_values_of_some_columns_are_inserted_in_one_statement() -> None:
    order = make_order()
    SearchWord.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        insert_missing_values(SearchWord, ("order", "word"), [(order.pk, b"a"), (order.pk, b"b")])
        insert_missing_values(SearchWord, ("order", "word"), [])
    assert len(queries) == 1
    insert_missing_values(SearchWord, ("order", "word"), [(order.pk, b"b"), (order.pk, b"c")])
    words = SearchWord.objects.filter(order=order).order_by("word").values_list("word", flat=True)
    assert [bytes(word) for word in words] == [b"a", b"b", b"c"]
