"""The members `billing`, `interval`, `price` and `subscription` of an order on the wire."""

import json
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from shop.billing.models import Subscription
from shop.catalogue.models import Product, Promotion
from shop.orders.models import Order
from tests.api.calls import get, list_orders, post_order
from tests.factories import BILLING, make_application, make_project, make_token, pack_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def token() -> str:
    """The token of an application."""
    return make_token(make_application())


def placed(token: str, **members: Any) -> dict[str, Any]:
    answer = post_order(token, **members)
    assert answer.status_code == 201, answer.content
    shown: dict[str, Any] = answer.json()["data"]["order"]
    return shown


def test_order_without_billing_shows_null_and_the_sellers_vat(token: str) -> None:
    shown = placed(token)
    assert (shown["billing"], shown["interval"], shown["subscription"]) == (None, "month", None)
    assert shown["price"] == {
        "net": "49.00",
        "discount": "0.00",
        "vat_rate": "19.00",
        "vat": "9.31",
        "gross": "58.31",
        "currency": "EUR",
        "interval": "month",
    }


def test_billing_is_shown_whole_with_null_for_what_is_unset(token: str) -> None:
    sent = {**BILLING, "country": "AT", "vat_id": None, "street2": None}
    shown = placed(token, billing=sent)
    assert shown["billing"] == sent
    assert (shown["price"]["vat_rate"], shown["price"]["gross"]) == ("20.00", "58.80")
    assert get(token, shown["order_hash"]).json()["data"]["order"] == shown


def test_price_of_a_year_with_a_discount(token: str) -> None:
    Product.objects.filter(code="s").update(yearly_net_cents=49_000)
    Promotion.objects.create(code="SPRING", name="Spring", percent=10)
    shown = placed(token, interval="year", promo_code="SPRING")
    assert shown["interval"] == "year"
    assert shown["price"] == {
        "net": "441.00",
        "discount": "49.00",
        "vat_rate": "19.00",
        "vat": "83.79",
        "gross": "524.79",
        "currency": "EUR",
        "interval": "year",
    }


def test_price_of_a_further_member_is_all_zero() -> None:
    project = make_project()
    token = make_token(project.client.client_admin)
    shown = placed(
        token,
        client_name=None,
        project_name=None,
        client_id=project.client.pk,
        project_id=project.pk,
        admin_user_access_token=token,
        user_login=None,
    )
    assert shown["price"] == {
        **dict.fromkeys(("net", "discount", "vat_rate", "vat", "gross"), "0.00"),
        "currency": "EUR",
        "interval": "month",
    }


def test_faults_of_billing_are_named_by_its_members(token: str) -> None:
    answer = post_order(token, billing={**BILLING, "country": "Germany", "iban": "DE1"})
    assert answer.status_code == 422
    assert answer.json()["error"] == {
        "billing.country": ["must be a country code of two capital letters, as in ISO 3166."],
        "billing.iban": ["is not known here."],
    }
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", ["price", "subscription"])
def test_members_that_are_only_shown_are_read_only(token: str, name: str) -> None:
    sent: dict[str, Any] = {name: {"net": "1.00"}}
    answer = post_order(token, **sent)
    assert answer.json()["error"] == {name: ["is read-only."]}
    sent[name] = None
    assert post_order(token, **sent).status_code == 201


def test_subscription_is_shown_once_the_order_is_packed(token: str) -> None:
    hashes = [placed(token)["order_hash"] for _ in range(2)]
    pack_all()
    order = Order.objects.get(order_hash=hashes[0])
    subscription = Subscription.objects.get(order=order)
    today = timezone.localdate().isoformat()
    wanted = {"id": subscription.pk, "state": "active", "started_on": today, "ends_on": None}
    assert get(token, hashes[0]).json()["data"]["order"]["subscription"] == wanted
    cancelled = {"cancelled_at": timezone.now(), "ends_on": timezone.localdate()}
    Subscription.objects.filter(pk=subscription.pk).update(**cancelled)
    wanted |= {"state": "cancelled", "ends_on": today}
    second, first = list_orders(token).json()["data"]["array"]
    assert (first["subscription"], first["order_hash"]) == (wanted, hashes[0])
    assert second["subscription"]["id"] != subscription.pk


def test_list_reads_subscriptions_together_with_the_orders(
    token: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    list_orders(token)  # the token's first use in an hour is written down
    for _ in range(5):
        placed(token, billing=BILLING)
    pack_all()
    with django_assert_num_queries(3):
        shown = list_orders(token).json()["data"]["array"]
    assert [bool(each["subscription"]) for each in shown] == [True] * 5


def test_webhook_of_a_packed_order_tells_its_subscription(token: str) -> None:
    shown = placed(token, redirection_uri="https://partner.example/hook", billing=BILLING)
    pack_all()
    order = Order.objects.get(order_hash=shown["order_hash"])
    said = [json.loads(each.payload)["data"]["order"] for each in order.deliveries.all()]
    assert [each["state"] for each in said] == ["pending", "packing", "packed"]
    assert [each["subscription"] for each in said[:2]] == [None, None]
    after = get(token, order.order_hash).json()["data"]["order"]
    assert said[2] == {**after, "registration_url": said[2]["registration_url"]}
    assert said[2]["subscription"]["state"] == "active"
