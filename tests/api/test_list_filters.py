"""The filters of the list of orders: what each finds, beside an order that it leaves out."""

from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.orders.models import PLACED_STATES, Order, State
from shop.orders.placing import Caller
from tests.api.calls import list_orders
from tests.factories import (
    make_application,
    make_client,
    make_order,
    make_token,
    make_user,
    pack_all,
)

pytestmark = pytest.mark.django_db


class Orders:
    """Orders of one application, and its token; another one has an order like the first."""

    def __init__(self) -> None:
        self.application = make_application()
        self.token = make_token(self.application)
        self.bystander = Caller(make_application("Bystander"))

    def place(self, **members: Any) -> str:
        """Place an order as both applications; return the hash of ours."""
        make_order(caller=self.bystander, **members)
        return make_order(caller=Caller(self.application), **members).order_hash

    def found(self, **query: Any) -> list[str]:
        """The hashes that are listed, after a check of the total."""
        answer = list_orders(self.token, **query)
        assert answer.status_code == 200, answer.content
        listed = [order["order_hash"] for order in answer.json()["data"]["array"]]
        assert answer["Total"] == str(len(listed))
        return listed


@pytest.fixture
def orders() -> Orders:
    return Orders()


def test_reference_is_compared_exactly(orders: Orders) -> None:
    found = orders.place(reference="A-17 / Müller")
    for other in ("a-17 / müller", "A-17 / Müller ", "A-1%", None):
        orders.place(reference=other)
    assert orders.found(reference="A-17 / Müller") == [found]
    assert orders.found(reference="A-17") == []


def test_reference_that_several_orders_have_finds_all_newest_first(orders: Orders) -> None:
    placed = [orders.place(reference="twice") for _each in range(2)]
    orders.place(reference="other")
    assert orders.found(reference="twice") == placed[::-1]


def test_user_email_finds_the_mailbox_however_it_is_spelled(orders: Orders) -> None:
    found = orders.place(user_email="Anna@bücher.example")
    orders.place(user_email="anna@buecher.example")
    orders.place(user_email=None)
    for spelling in ("Anna@bücher.example", "anna@XN--BCHER-KVA.example", "ANNA@BÜCHER.EXAMPLE"):
        assert orders.found(user_email=spelling) == [found]


def test_client_id_is_the_one_that_is_shown(orders: Orders) -> None:
    person = make_user(email="admin@example.com")
    client = make_client(client_admin=person)
    packed, other = orders.place(client_name="Film"), orders.place(client_name="Other Film")
    pack_all()
    new = Order.objects.get(order_hash=packed).delivered_client
    assert new
    sent = orders.place()
    Order.objects.filter(order_hash=sent).update(client_id=client.pk, client_name=None)
    under_way = orders.place()
    # Delivered, but not shown before the order is packed.
    Order.objects.filter(order_hash=under_way).update(delivered_client=new, state=State.PACKING)
    assert orders.found(client_id=new.pk) == [packed]
    assert orders.found(client_id=client.pk) == [sent]
    assert other not in orders.found(client_id=client.pk)
    Order.objects.filter(order_hash=under_way).update(state=State.PACKED)
    assert orders.found(client_id=new.pk) == [under_way, packed]
    assert orders.found(client_id=2**63 - 1) == []


def test_several_states_are_listed_together_newest_first(orders: Orders) -> None:
    placed = [orders.place() for _state in PLACED_STATES]
    for order_hash, state in zip(placed, PLACED_STATES, strict=True):
        Order.objects.filter(order_hash=order_hash).update(state=state)
    by_state = dict(zip(PLACED_STATES, placed, strict=True))
    assert orders.found(state="packed,pending") == [
        by_state[State.PACKED], by_state[State.PENDING]
    ]  # fmt: skip
    assert orders.found(state="need_human,need_human") == [by_state[State.NEED_HUMAN]]
    assert orders.found(state=",".join(PLACED_STATES)) == placed[::-1]


@pytest.mark.parametrize("merged", [2, 500])
def test_pages_of_several_states_are_cut_as_those_of_one(
    orders: Orders, merged: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.api.order_list.MERGED", merged)
    placed = [orders.place() for _each in range(7)]
    Order.objects.filter(order_hash__in=placed[::3]).update(state=State.PACKED)
    Order.objects.filter(order_hash=placed[1]).update(state=State.CANCELLED)
    wanted = [each for each in placed[::-1] if each != placed[1]]
    for page in (1, 2, 3):
        answer = list_orders(orders.token, state="packed,pending", page=page, per_page=2)
        listed = [order["order_hash"] for order in answer.json()["data"]["array"]]
        assert (listed, answer["Total"]) == (wanted[2 * page - 2 : 2 * page], "6")


def test_order_hashes_are_listed_but_not_those_of_others(orders: Orders) -> None:
    placed = [orders.place() for _each in range(12)]
    theirs = make_order(caller=orders.bystander).order_hash
    assert orders.found(order_hash=placed[3]) == [placed[3]]
    asked = ",".join([placed[5], theirs, placed[2], "0" * 32, placed[5]])
    assert orders.found(order_hash=asked) == [placed[5], placed[2]]
    assert orders.found(order_hash=",".join(placed)) == placed[::-1]
    assert orders.found(order_hash=theirs) == []


def test_hundred_order_hashes_are_taken_and_no_more(orders: Orders) -> None:
    found = orders.place()
    hundred = [found, *(f"{n:032x}" for n in range(99))]
    assert orders.found(order_hash=",".join(hundred)) == [found]
    answer = list_orders(orders.token, order_hash=",".join([*hundred, "f" * 32]))
    assert (answer.status_code, answer.json()["error"].keys()) == (422, {"order_hash"})


def test_filters_together_leave_what_all_of_them_find(orders: Orders) -> None:
    both = {"reference": "A-17", "user_email": "anna@example.com"}
    found = orders.place(**both)
    orders.place(**both | {"reference": "A-18"})
    orders.place(**both | {"user_email": "eva@example.com"})
    packed = orders.place(**both)
    Order.objects.filter(order_hash=packed).update(state=State.PACKED)
    asked = {**both, "state": "pending,need_human", "product": "s", "created_after": "2026-01-01"}
    assert orders.found(**asked) == [found]
    assert orders.found(**asked, order_hash=f"{packed},{found}") == [found]


def test_filters_find_what_a_user_has_placed_with_a_token_of_their_own(orders: Orders) -> None:
    person = make_user(email="partner@example.com")
    token = make_token(person)
    mine = make_order(caller=Caller(user=person), reference="A-17", user_email="a@example.com")
    make_order(caller=Caller(user=person), reference="A-18", user_email="b@example.com")
    make_order(caller=Caller(user=make_user(email="x@example.com")), reference="A-17")
    for query in ({"reference": "A-17"}, {"user_email": "a@example.com"}):
        answer = list_orders(token, **query)
        listed = [order["order_hash"] for order in answer.json()["data"]["array"]]
        assert (listed, answer["Total"]) == ([mine.order_hash], "1")


def test_links_keep_every_filter(orders: Orders) -> None:
    members = {"reference": "A & B", "user_email": "anna@example.com"}
    placed = [orders.place(**members) for _each in range(2)]
    hashes = ",".join(placed)
    answer = list_orders(
        orders.token, per_page=1, state="pending,packed", order_hash=hashes, **members
    )
    link = answer["Link"].split("<")[-1].split(">")[0]
    for part in (
        "state=pending,packed",
        f"order_hash={hashes}",
        "reference=A+%26+B",
        "user_email=anna%40example.com",
    ):
        assert part in link
    rest = Client().get(link, headers={"Authorization": f"Bearer {orders.token}"})
    assert [order["order_hash"] for order in rest.json()["data"]["array"]] == placed[:1]


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("reference", ""),
        ("reference", "x" * 101),
        ("reference", "a\x00"),
        ("user_email", ""),
        ("user_email", "anna"),
        ("user_email", "Anna <anna@example.com>"),
        ("user_email", f"{'a' * 300}@example.com"),
        ("client_id", "0"),
        ("client_id", "-1"),
        ("client_id", "1.0"),
        ("client_id", "x"),
        ("client_id", str(2**63)),
        ("order_hash", ""),
        ("order_hash", "A" * 32),
        ("order_hash", "0" * 31),
        ("order_hash", f"{'0' * 32},"),
        ("state", "packed,"),
        ("state", "packed, pending"),
        ("state", "packed,new"),
        ("sort", ""),
        ("sort", "created"),
        ("sort", "-updated"),
    ],
)
def test_bad_filter_is_422_under_its_name_once(orders: Orders, parameter: str, value: str) -> None:
    answer = list_orders(orders.token, **{parameter: value})
    assert answer.status_code == 422
    [(name, sentences)] = answer.json()["error"].items()
    assert (name, len(sentences)) == (parameter, 1)


def test_filter_by_one_state_takes_no_more_queries_than_before(orders: Orders) -> None:
    from django.db import connection

    orders.place()
    orders.found()
    for query, number in (({"state": "pending"}, 3), ({"reference": "none"}, 2)):
        with CaptureQueriesContext(connection) as queries:
            orders.found(**query)
        assert len(queries) == number
