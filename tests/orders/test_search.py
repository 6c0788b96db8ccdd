"""Search for orders: what finds which, with other customers' orders beside."""

from typing import Any

import pytest

from shop.orders.member_orders import invite
from shop.orders.models import Order
from shop.orders.search import Found, search
from tests.factories import bystander, make_bare_order, make_client, make_order, make_project

pytestmark = pytest.mark.django_db

NINA: dict[str, Any] = {
    "client_name": "Zebra Film",
    "project_name": "Yard Stories",
    "user_email": "Nina@example.com",
    "user_login": "wonder",
}


def found(text: str) -> set[int]:
    return set(search(text).pks)


def test_search_finds_an_order_by_its_hash_alone_or_in_a_link() -> None:
    with bystander():
        order = make_order()
        hash_ = order.order_hash
        for text in (hash_, hash_.upper(), f" https://shop.example/register/{hash_}/?step=2"):
            assert found(text) == {order.pk}
        assert found("0" * 32) == set()


def test_search_finds_an_order_by_its_number() -> None:
    with bystander():
        order = make_order()
        assert found(str(order.pk)) == found(f"#{order.pk}") == {order.pk}
        for text in (f"##{order.pk}", f"-{order.pk}", f"{order.pk}.0", "9" * 18, "9" * 19, "²"):
            assert found(text) == set()


def test_search_finds_orders_by_the_number_of_their_client() -> None:
    with bystander():
        client = make_client(pk=987654)
        asked, delivered = make_order(), make_order()
        Order.objects.filter(pk=asked.pk).update(client_id=client.pk)
        Order.objects.filter(pk=delivered.pk).update(delivered_client=client)
        assert found("987654") == {asked.pk, delivered.pk}


@pytest.mark.parametrize(
    "text",
    [
        *("zebra", "ZEBRA FILM", "yard s", "nina@", "NINA@EXAMPLE.COM", "won"),
        *("  zebra   film ", "ze\0bra", "yard\tstories"),
    ],
)
def test_search_finds_an_order_by_the_beginning_of_a_name_in_any_case(text: str) -> None:
    with bystander():
        assert found(text) == set()
        order = make_order(**NINA)
        assert found(text) == {order.pk}


@pytest.mark.parametrize("text", ["ebra", "film", "stories", "example.com", "onder", "", " \0 "])
def test_search_does_not_look_into_the_middle_of_a_name(text: str) -> None:
    make_order(**NINA)
    assert search(text) == Found(frozenset())


def test_search_finds_orders_for_an_existing_client_or_project_by_its_name() -> None:
    with bystander():
        project = make_project("l", name="Dunes", client=make_client(name="Quartz"))
        admin = project.client.client_admin
        order = invite(project, admin, {"user_email": "nina@example.com", "language": "en"})
        assert order.client_name is None
        renamed = make_order()
        assert found("quar") == {order.pk}
        assert found("dune") == set()
        Order.objects.filter(pk=renamed.pk).update(delivered_client=project.client)
        Order.objects.filter(pk=order.pk).update(delivered_project=project)
        assert found("quar") == {order.pk, renamed.pk}
        assert found("dune") == {order.pk}


def test_search_stops_at_the_most_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.orders.search.MOST", 2)
    for _ in range(2):
        make_bare_order(client_name="Zebra Film")
    assert len(found("zebra")) == 2
    assert not search("zebra").has_more
    make_bare_order(client_name="Zebra Film")
    assert len(found("zebra")) == 2
    assert search("zebra").has_more
