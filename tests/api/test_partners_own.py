"""The members `reference` and `metadata`: the partner's own, as sent, and shown to nobody else."""

from typing import Any

import pytest
from django.test import Client as Browser

from shop.orders.cancellation import expire_incomplete
from shop.orders.models import Order
from shop.orders.search import search
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client, User
from tests.api.calls import get, list_orders, post_order
from tests.factories import make_application, make_bare_order, make_token, make_user, pack_all
from tests.registration.states import wait

pytestmark = pytest.mark.django_db
OWN: dict[str, Any] = {"reference": "PO-4711", "metadata": {"campaign": "spring", "rep": ""}}
UNSET: dict[str, Any] = {"reference": None, "metadata": None}


@pytest.fixture
def token() -> str:
    """The token of an application."""
    return make_token(make_application())


def own(shown: dict[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in OWN}


def test_they_are_kept_as_sent_and_shown_wherever_the_order_is(token: str) -> None:
    other = post_order(token).json()["data"]["order"]
    shown = post_order(token, **OWN).json()["data"]["order"]
    assert (own(shown), own(other)) == (OWN, UNSET)
    assert get(token, shown["order_hash"]).json()["data"]["order"] == shown
    assert [own(each) for each in list_orders(token).json()["data"]["array"]] == [OWN, UNSET]


def test_several_orders_may_have_one_reference(token: str) -> None:
    assert [post_order(token, reference="PO-1").status_code for _ in range(2)] == [201, 201]


def test_null_is_absent_and_an_empty_object_stays(token: str) -> None:
    assert own(post_order(token, **UNSET).json()["data"]["order"]) == UNSET
    shown = post_order(token, reference=" x ", metadata={}).json()["data"]["order"]
    assert own(shown) == {"reference": " x ", "metadata": {}}


def test_largest_are_kept(token: str) -> None:
    largest: dict[str, Any] = {
        "reference": "ü" * 100,
        "metadata": {f"{number:02}{'ü' * 38}": "\t🎬\r\n" + "ü" * 496 for number in range(20)},
    }
    answer = post_order(token, **largest)
    assert (answer.status_code, own(answer.json()["data"]["order"])) == (201, largest)


@pytest.mark.parametrize(
    ("member", "value", "errors"),
    [
        ("reference", "", {"reference": ["must not be blank."]}),
        ("reference", "\u200b ", {"reference": ["must not be blank."]}),
        ("reference", "a\tb", {"reference": ["must not contain control characters."]}),
        ("reference", "x" * 101, {"reference": ["must have at most 100 characters."]}),
        ("reference", 4711, {"reference": ["must be a string."]}),
        ("reference", "\ud800", {"reference": ["must be valid Unicode text."]}),
        ("metadata", [], {"metadata": ["must be an object."]}),
        ("metadata", "a", {"metadata": ["must be an object."]}),
        (
            "metadata",
            {str(number): "" for number in range(21)},
            {"metadata": ["must have at most 20 keys."]},
        ),
        (
            "metadata",
            {"a": 1, "b": None, "c": {"d": "e"}, "f": "kept"},
            {f"metadata.{name}": ["must be a string."] for name in "abc"},
        ),
        ("metadata", {"a": "x" * 501}, {"metadata.a": ["must have at most 500 characters."]}),
        ("metadata", {"a": "\0"}, {"metadata.a": ["must not contain control characters."]}),
        ("metadata", {"a": "\ud800"}, {"metadata.a": ["must be valid Unicode text."]}),
        (
            "metadata",
            {"": "x", " ": "x", "k" * 41: "x", "l" * 41: "x", "a\nb": "x", "\ud800": "x"},
            {
                "metadata": [
                    "must not have a blank key.",
                    "must not have a key of more than 40 characters.",
                    "must not have a key with control characters.",
                    "must not have a key that is not valid Unicode text.",
                ]
            },
        ),
        ("metadata", {"[key]": 1}, {"metadata.[key]": ["must be a string."]}),
    ],
)
def test_faulty_one_is_refused_by_name(
    token: str, member: str, value: Any, errors: dict[str, list[str]]
) -> None:
    answer = post_order(token, **{member: value})
    assert (answer.status_code, answer.json()["error"]) == (422, errors)
    assert not Order.objects.exists()


def test_staff_find_an_order_by_its_reference(token: str) -> None:
    post_order(token, reference="PO-4712")
    shown = post_order(token, **OWN).json()["data"]["order"]
    order = Order.objects.get(order_hash=shown["order_hash"])
    for typed in ("PO-4711", "po-4711", "4711"):
        assert search(typed).pks == {order.pk}


def test_customer_is_shown_neither(token: str) -> None:
    own_words: dict[str, Any] = {"reference": "Geheimrat", "metadata": {"grade": "Zweifelhaft"}}
    shown = post_order(token, **own_words).json()["data"]["order"]
    page = Browser().get(f"/register/{shown['order_hash']}/").content.decode()
    assert "Constantin Film" in page
    assert "Geheimrat" not in page
    assert "Zweifelhaft" not in page


def test_person_who_is_erased_takes_both_along(token: str) -> None:
    make_user(email="someone@example.com")
    kept = post_order(token, **OWN, user_email="someone@example.com", user_login=None)
    hook = "https://partner.example/hook"
    shown = post_order(token, **OWN, redirection_uri=hook).json()["data"]["order"]
    pack_all()
    order = Order.objects.get(order_hash=shown["order_hash"])
    order.events.create(kind="note", note="PO-4711: Nina called.")
    assert "PO-4711" in order.deliveries.latest("pk").payload
    Client.objects.update(client_admin=make_user())
    erase_user(User.objects.get(email=shown["user_email"]))
    assert own(get(token, order.order_hash).json()["data"]["order"]) == UNSET
    payloads = order.deliveries.values_list("payload", flat=True)
    assert len(payloads) == 3
    assert not any("PO-4711" in payload or "spring" in payload for payload in payloads)
    assert search("PO-4711").pks == {Order.objects.exclude(pk=order.pk).get().pk}
    still = get(token, kept.json()["data"]["order"]["order_hash"])
    assert own(still.json()["data"]["order"]) == OWN


def test_order_that_lapses_loses_both() -> None:
    order, kept = make_bare_order("s", **OWN), make_bare_order("s", **OWN)
    wait(order, days=61)
    expire_incomplete(lambda: None)
    shown = {each.pk: (each.state, each.reference, each.metadata) for each in Order.objects.all()}
    assert shown == {
        order.pk: ("cancelled", None, None),
        kept.pk: ("pending", OWN["reference"], OWN["metadata"]),
    }
