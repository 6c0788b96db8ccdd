"""`place_order`, the one way in, and filling in what was missing."""

import re

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from shop.catalogue.models import Product
from shop.catalogue.seller import VatRate
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.missing_details import fill_in, fillable
from shop.orders.models import Order
from shop.orders.placing import Caller, place_order
from tests.factories import (
    BILLING,
    DETAILS,
    make_application,
    make_bare_order,
    make_order,
    make_project,
    make_token,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_order_keeps_its_members_as_sent_and_the_tier_as_bought() -> None:
    application = make_application()
    order = make_order(
        "m", Caller(application=application), user_login="custy1", client_name=" Film & Co "
    )
    Product.objects.filter(code="m").update(net_cents=1, name="Other")
    order = Order.objects.get(pk=order.pk)
    assert order.state == "pending"
    assert order.complete
    assert (order.client_name, order.user_login) == (" Film & Co ", "custy1")
    assert (order.tier_name, order.net_cents, order.gross_cents) == ("M", 9900, 11781)
    assert (order.language, order.application) == ("de", application)
    assert re.fullmatch("[0-9a-f]{32}", order.order_hash)


def test_order_is_placed_though_no_rate_of_vat_is_known() -> None:
    """Staff keep the rates: a slip of theirs must not close the shop. Invoices wait for a rate."""
    VatRate.objects.all().delete()
    order = make_order("m", billing={**BILLING, "country": "FR", "vat_id": None})
    assert order.net_cents == 9900
    assert order.vat_rate == 0


def test_order_that_is_refused_is_not_written() -> None:
    with pytest.raises(InvalidDocumentError):
        place_order(check_document({"product": "S"}))
    assert Order.objects.count() == 0
    assert OrmQ.objects.count() == 0


def test_complete_order_wakes_the_worker_in_its_own_transaction() -> None:
    make_order()
    assert list(OrmQ.objects.values_list("key", flat=True)) == ["packing"]


def test_incomplete_order_wakes_nobody() -> None:
    order = make_bare_order("Yamdu FREE")
    assert not order.complete
    assert order.missing == ["client_name", "project_name", "user_email"]
    assert OrmQ.objects.count() == 0


def test_order_to_a_paid_project_costs_nothing() -> None:
    project = make_project()
    order = make_bare_order(
        client_id=project.client.pk,
        project_id=project.pk,
        user_email="new@example.com",
        admin_user_access_token=make_token(project.client.client_admin),
    )
    assert (order.net_cents, order.complete) == (0, True)


def test_token_is_resolved_on_arrival_and_not_kept() -> None:
    admin = make_user()
    value = make_token(admin)
    order = make_order(admin_user_access_token=value)
    assert order.token_user == admin
    assert order.token_last4 == value[-4:]
    row = Order.objects.filter(pk=order.pk).values().get()
    assert value not in str(row)


def test_filling_in_completes_the_order() -> None:
    order = make_bare_order("Yamdu FREE")
    assert fillable(order) == [
        "client_name",
        "project_name",
        "user_first_name",
        "user_last_name",
        "user_email",
    ]
    assert fill_in(order, DETAILS)
    order = Order.objects.get(pk=order.pk)
    assert (order.complete, order.client_name) == (True, "Constantin Film")
    assert [event.kind for event in order.events.all()] == ["state", "details"]


def test_filling_in_asks_only_for_what_is_unset() -> None:
    order = make_order(user_email=None, user_first_name="Nina")
    assert fillable(order) == ["user_last_name", "user_email"]
    assert fillable(make_order()) == []


def test_filling_in_twice_keeps_the_first() -> None:
    order = make_bare_order("s")
    late = Order.objects.get(pk=order.pk)
    assert fill_in(order, DETAILS)
    assert not fill_in(late, {**DETAILS, "user_email": "attacker@example.com"})
    assert late.user_email == "nicecustomer@gmx.com"
    assert Order.objects.get(pk=order.pk).user_email == "nicecustomer@gmx.com"


def test_filling_in_of_different_members_at_once_loses_neither() -> None:
    order = make_order(client_name=None, project_name=None)
    late = Order.objects.get(pk=order.pk)
    assert fill_in(order, {"client_name": "x"})
    assert fill_in(late, {"project_name": "y"})
    late = Order.objects.get(pk=order.pk)
    assert (late.client_name, late.project_name, late.complete) == ("x", "y", True)


@pytest.mark.parametrize(
    ("details", "errors"),
    [
        ({"client_name": " "}, {"client_name": ["must not be blank."]}),
        ({"user_email": "x"}, {"user_email": ["must be a bare e-mail address."]}),
        ({"client_id": "1"}, {"client_id": ["cannot be filled in."]}),
        (
            {"admin_user_access_token": "x"},
            {"admin_user_access_token": ["cannot be filled in."]},
        ),
    ],
)
def test_filling_in_follows_the_rules_of_ordering(
    details: dict[str, str], errors: dict[str, list[str]]
) -> None:
    order = make_bare_order("s")
    with pytest.raises(InvalidDocumentError) as refused:
        fill_in(order, details)
    assert refused.value.errors == errors
    assert Order.objects.get(pk=order.pk).client_name is None


def test_filling_in_is_possible_though_the_tier_was_retired_meanwhile() -> None:
    order = make_bare_order("s")
    Product.objects.filter(code="s").update(listed=False)
    assert fill_in(order, DETAILS)


def test_filled_in_order_is_later_in_its_update_time() -> None:
    order = make_bare_order("s")
    before = timezone.now()
    fill_in(order, DETAILS)
    assert Order.objects.get(pk=order.pk).updated_at >= before
