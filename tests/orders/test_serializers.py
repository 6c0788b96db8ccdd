"""An order on the wire."""

import pytest
from django.utils.translation import override

from shop.base_url import registration_url
from shop.orders.error_codes import ERROR_CODES, ErrorCode, english_error_text
from shop.orders.models import Order
from shop.orders.serializers import serialize_order
from tests.factories import make_bare_order, make_order, make_packed_order, make_token, make_user

MEMBERS = [
    "admin_user_access_token",
    "billing",
    "client_id",
    "client_name",
    "created_at",
    "interval",
    "language",
    "metadata",
    "order_hash",
    "order_number",
    "packing_error_code",
    "packing_errors",
    "price",
    "product",
    "project_id",
    "project_name",
    "promo_code",
    "redirection_uri",
    "reference",
    "registration_url",
    "state",
    "status",
    "subscription",
    "updated_at",
    "user_email",
    "user_first_name",
    "user_last_name",
    "user_login",
]

pytestmark = pytest.mark.django_db


def test_order_has_all_members_and_unset_ones_are_null() -> None:
    order = make_bare_order("s")
    shown = serialize_order(order, "https://shop.example/")
    assert sorted(shown) == MEMBERS
    unset = {member for member, value in shown.items() if value is None}
    assert unset == set(MEMBERS) - {
        "created_at",
        "interval",
        "language",
        "order_hash",
        "order_number",
        "price",
        "product",
        "registration_url",
        "state",
        "updated_at",
    }


def test_registration_url_is_absolute() -> None:
    order = make_bare_order("s")
    assert (
        registration_url(order, "https://shop.example/")
        == f"https://shop.example/register/{order.order_hash}/"
    )


def test_status_is_null_until_packing_has_begun_and_then_the_state() -> None:
    order = make_order("xl")
    assert serialize_order(order, "")["status"] is None
    order = make_packed_order()
    assert (serialize_order(order, "")["status"], serialize_order(order, "")["state"]) == (
        "packed",
        "packed",
    )


def test_packed_order_names_what_was_delivered() -> None:
    order = make_packed_order()
    shown = serialize_order(order, "")
    assert shown["client_id"] == order.delivered_client_id
    assert shown["project_id"] == order.delivered_project_id
    assert shown["client_name"] == "Constantin Film"


def test_token_is_masked_but_for_its_last_four_characters() -> None:
    value = make_token(make_user())
    order = make_order(admin_user_access_token=value)
    assert serialize_order(order, "")["admin_user_access_token"] == f"****{value[-4:]}"


def test_times_are_utc() -> None:
    order = make_order()
    assert serialize_order(order, "")["created_at"].endswith("Z")


def test_fault_is_told_in_english_whatever_the_language() -> None:
    with override("de"):
        assert english_error_text("token_revoked") == "The admin_user_access_token was revoked."


def test_order_without_fault_has_no_packing_errors() -> None:
    assert serialize_order(Order.objects.get(pk=make_order().pk), "")["packing_errors"] is None


@pytest.mark.parametrize("code", ["manual_tier", "acme_no_room", "acme_without_a_text"])
def test_reason_is_told_by_a_sentence_and_its_code(
    monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    monkeypatch.setitem(ERROR_CODES, "acme_no_room", ErrorCode("There is no room."))
    monkeypatch.setitem(ERROR_CODES, "acme_without_a_text", ErrorCode(""))
    english_error_text.cache_clear()
    order = make_order()
    shown = serialize_order(order, "")
    assert (shown["packing_error_code"], shown["packing_errors"]) == (None, None)
    Order.objects.filter(pk=order.pk).update(state="need_human", fault=code)
    order.refresh_from_db()
    shown = serialize_order(order, "")
    texts = {
        "manual_tier": "This tier is set up after a person has approved the order.",
        "acme_no_room": "There is no room.",
    }
    told = (shown["packing_error_code"], shown["packing_errors"])
    assert told == (code, texts.get(code, code))
    english_error_text.cache_clear()
