"""Answers with an ETag, and 304 for clients that have the answer (contract, "Orders API")."""

import gzip
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from shop.billing.contract_cancellation import cancel_contract
from shop.billing.models import Subscription
from shop.catalogue.models import Product
from shop.compression import takes_gzip
from shop.orders.models import Order
from shop.orders.placing import Caller
from tests.factories import make_application, make_order, make_packed_order, make_token, make_user

pytestmark = pytest.mark.django_db


def ask(path: str, token: str = "", method: str = "get", **headers: str) -> Any:
    """The answer to a call with `headers`, whose names have underscores here."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    return getattr(Client(REMOTE_ADDR="203.0.113.7"), method)(path, headers=sent)


@pytest.fixture
def placed() -> tuple[str, Order]:
    """A token, and an order of its application, which was packed."""
    application = make_application()
    order = make_packed_order()
    Order.objects.update(application=application)
    return make_token(application), order


def paths(order: Order) -> list[str]:
    return [
        f"/api/orders/{order.order_hash}",
        "/api/orders",
        "/api/orders?sort=updated",
        "/api/products",
        "/api/products/s",
        "/api/openapi.json",
    ]


def test_answer_that_is_the_same_is_304_without_a_body(placed: tuple[str, Order]) -> None:
    token, order = placed
    for path in paths(order):
        first = ask(path, token)
        assert first.status_code == 200
        again = ask(path, token, if_none_match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        for name in ("Cache-Control", "Content-Language", "Vary"):
            assert again.get(name) == first.get(name) or "Accept-Encoding" in first["Vary"]
        assert "X-Request-ID" in again
        assert {"Content-Type", "Content-Length"}.isdisjoint(again.headers)
        other = ask(path, token, if_none_match='W/"other"')
        assert (other.status_code, other.content) == (200, first.content)


def test_unchanged_answer_still_says_what_is_left_of_the_limit(
    placed: tuple[str, Order], settings: Settings
) -> None:
    settings.DEMO = False
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "application": (0.001, 500)}
    token, order = placed
    first = ask(f"/api/orders/{order.order_hash}", token)
    again = ask(f"/api/orders/{order.order_hash}", token, if_none_match=first["ETag"])
    assert again.status_code == 304
    assert again["RateLimit"].startswith('"application";r=')
    assert again["RateLimit"] != first["RateLimit"]
    assert again["RateLimit-Policy"] == first["RateLimit-Policy"]


def test_unchanged_list_keeps_its_headers(placed: tuple[str, Order]) -> None:
    token, _order = placed
    first = ask("/api/orders", token)
    again = ask("/api/orders", token, if_none_match=first["ETag"])
    for name in ("Total", "Per-Page", "Link", "Links"):
        assert again[name] == first[name]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("{tag}", 304),
        ("*", 304),
        ('"a", {tag}, W/"b"', 304),
        ('"a",{tag}', 304),
        ("{strong}", 304),
        ('"a", W/"b"', 200),
        ("{bare}", 200),
        ("", 200),
        ("W/", 200),
    ],
)
def test_tags_are_compared_weakly_and_in_lists(
    placed: tuple[str, Order], sent: str, status: int
) -> None:
    token, order = placed
    path = f"/api/orders/{order.order_hash}"
    tag = ask(path, token)["ETag"]
    strong = tag.removeprefix("W/")
    value = sent.format(tag=tag, strong=strong, bare=strong.strip('"'))
    for method in ("get", "head"):
        answer = ask(path, token, method, if_none_match=value)
        assert answer.status_code == status
        assert answer["ETag"] == tag
    assert ask(path, token, "head", if_none_match=value).content == b""


def test_every_change_of_what_is_shown_changes_the_tag(
    placed: tuple[str, Order], settings: Settings
) -> None:
    token, order = placed
    path = f"/api/orders/{order.order_hash}"
    tags = [ask(path, token)["ETag"]]
    assert cancel_contract(Subscription.objects.get(order=order), by=make_user(is_staff=True))
    tags.append(ask(path, token)["ETag"])
    # Written by whatever way, also without a new time of change.
    Order.objects.filter(pk=order.pk).update(reference="A-17")
    tags.append(ask(path, token)["ETag"])
    settings.DEMO, settings.BASE_URL = False, "https://shop.example"
    tags.append(ask(path, token)["ETag"])
    assert len(set(tags)) == len(tags)


def test_list_whose_total_changes_has_another_tag(placed: tuple[str, Order]) -> None:
    token, order = placed
    first = ask("/api/orders?per_page=1", token)
    make_order(caller=Caller(order.application or make_application("Bystander")))
    oldest = "/api/orders?per_page=1&created_after=2026-01-01"
    before = ask(oldest, token)
    Order.objects.exclude(pk=order.pk).update(created_at=order.created_at)
    application = Order.objects.get(pk=order.pk).application
    late = make_order(caller=Caller(application))
    Order.objects.filter(pk=late.pk).update(created_at="2026-02-01T00:00Z")
    after = ask(oldest, token)
    assert first.content != b""
    if before.content == after.content:
        assert before["ETag"] != after["ETag"]
    assert (before["Total"], after["Total"]) != ("", "")


def test_prices_change_the_tag_of_products_and_tiers_that_of_the_description() -> None:
    tags = [ask("/api/products")["ETag"], ask("/api/openapi.json")["ETag"]]
    Product.objects.filter(code="s").update(net_cents=12345)
    assert ask("/api/products")["ETag"] != tags[0]
    Product.objects.filter(code="s").update(listed=False)
    assert ask("/api/openapi.json")["ETag"] != tags[1]


def test_what_is_refused_or_written_has_no_tag(placed: tuple[str, Order]) -> None:
    token, _order = placed
    for path, status in (("/api/orders/none", 404), ("/api/orders?page=0", 422)):
        answer = ask(path, token, if_none_match="*")
        assert (answer.status_code, "ETag" in answer) == (status, False)
        assert answer["Cache-Control"] == "no-store"
    answer = ask("/api/orders", if_none_match="*")
    assert (answer.status_code, "ETag" in answer) == (401, False)


def test_answer_may_be_kept_by_its_caller_alone_and_only_if_asked_again(
    placed: tuple[str, Order],
) -> None:
    token, order = placed
    for path in paths(order)[:-1]:
        answer = ask(path, token)
        assert answer["Cache-Control"] == "private, no-cache"
        assert "Authorization" in answer["Vary"]


def test_long_answers_are_compressed_for_who_takes_gzip(placed: tuple[str, Order]) -> None:
    token, order = placed
    for path in (*paths(order), "/api/docs", "/api/docs/open-order"):
        plain = ask(path, token, accept_encoding="identity")
        zipped = ask(path, token, accept_encoding="gzip, deflate, br")
        is_long = len(plain.content) > 1024
        assert is_long or path == "/api/products/s"
        assert ("Content-Encoding" in zipped) == is_long
        assert "Content-Encoding" not in plain
        if is_long:
            assert zipped["Content-Encoding"] == "gzip"
            assert gzip.decompress(zipped.content) == plain.content
            assert zipped["Content-Length"] == str(len(zipped.content))
            assert len(zipped.content) < len(plain.content)
            assert "Accept-Encoding" in zipped["Vary"]
            assert "Accept-Encoding" in plain["Vary"]
        assert zipped.get("ETag") == plain.get("ETag")


def test_compressed_answer_is_revalidated_by_its_tag(placed: tuple[str, Order]) -> None:
    token, _order = placed
    zipped = ask("/api/orders", token, accept_encoding="gzip")
    assert zipped["Content-Encoding"] == "gzip"
    again = ask("/api/orders", token, accept_encoding="gzip", if_none_match=zipped["ETag"])
    assert (again.status_code, "Content-Encoding" in again) == (304, False)
    assert ask("/api/orders", token, if_none_match=zipped["ETag"]).status_code == 304


def test_long_refusals_and_the_open_order_are_compressed_too(placed: tuple[str, Order]) -> None:
    token, _order = placed
    query = "&".join(f"parameter_{n}=1" for n in range(40))
    refused = ask(f"/api/orders?{query}", token, accept_encoding="gzip")
    assert (refused.status_code, refused["Content-Encoding"]) == (422, "gzip")
    opened = Client().put(
        "/order/account",
        {"currency": "EUR", "language": "de", "name": "n" * 150},
        "application/json",
        headers={"Accept-Encoding": "gzip"},
    )
    assert (opened.status_code, "Content-Encoding" in opened) == (200, len(opened.content) > 1024)


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0.001", True),
        ("gzip ; q=0.5", True),
        ("*", True),
        ("*;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br, deflate", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*;q=0", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_taken_as_the_header_says(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) == taken


@pytest.mark.parametrize("method", ["get", "head", "post", "options"])
def test_description_may_be_read_by_pages_of_any_origin(method: str) -> None:
    answer = ask("/api/openapi.json", method=method, origin="https://editor.example")
    assert answer.status_code == (200 if method in {"get", "head"} else 405)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Access-Control-Expose-Headers"] == "ETag"


def test_nothing_else_of_the_api_may_be_read_by_other_origins(placed: tuple[str, Order]) -> None:
    token, order = placed
    for path in (*paths(order)[:-1], "/order"):
        answer = ask(path, token, origin="https://editor.example")
        assert "Access-Control-Allow-Origin" not in answer
