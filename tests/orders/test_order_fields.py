"""Each field of the order document is declared once, and what follows from that."""

import pytest
from django.db import models

from shop.orders.models import Order
from shop.orders.order_fields import (
    AS_SENT,
    CORRECTABLE,
    EXPORTED,
    FIELDS,
    FILLABLE,
    PARTNERS_OWN,
    PERSONAL,
    OrderDocument,
)

WITHOUT_EXAMPLE = {"admin_user_access_token"}


def test_flags_select_the_members_in_the_order_of_the_document() -> None:
    names = ("client_name", "project_name", "user_first_name", "user_last_name", "user_email")
    assert names == FILLABLE
    assert (
        *("client_id", "client_name", "project_id", "project_name"),
        *("user_first_name", "user_last_name", "user_email", "user_login", "language"),
    ) == CORRECTABLE
    assert (
        *("user_first_name", "user_last_name", "user_email", "user_login", "billing"),
    ) == PERSONAL
    assert PARTNERS_OWN == ("reference", "metadata")
    assert (*CORRECTABLE, "promo_code", "interval", *PARTNERS_OWN) == EXPORTED


def test_no_id_and_no_token_can_be_filled_in_by_somebody_who_holds_the_hash() -> None:
    assert {"client_id", "project_id", "admin_user_access_token"} <= FIELDS.keys() - set(FILLABLE)


def test_each_member_but_tier_and_token_is_a_column_of_the_order() -> None:
    columns = {field.name for field in Order._meta.get_fields() if isinstance(field, models.Field)}
    assert columns >= set(AS_SENT)
    assert OrderDocument.model_fields.keys() - set(AS_SENT) == {
        "product",
        "admin_user_access_token",
    }


@pytest.mark.parametrize("member", sorted(FIELDS.keys() - WITHOUT_EXAMPLE))
def test_member_has_a_label_a_description_and_examples_that_it_allows(member: str) -> None:
    field = OrderDocument.model_fields[member]
    assert FIELDS[member].label
    assert field.description
    assert field.examples
    for example in field.examples:
        document = OrderDocument.model_validate({"product": "s", member: example})
        assert document.model_dump(exclude_unset=True)[member] == example
