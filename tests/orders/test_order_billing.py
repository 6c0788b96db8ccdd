"""Billing data of an order: filled in once, and made the client's when it is packed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.orders import order_billing
from shop.orders.cancellation import cancel, expire_incomplete
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_billing import (
    billing_given,
    change_billing,
    fill_in_billing,
    lacks_billing,
    make_profile,
)
from shop.orders.states import transition
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.erasure import erase_user
from shop.tenancy.models import Client
from tests.factories import (
    BILLING,
    bystander,
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    make_staff,
    make_user,
    pack_all,
)
from tests.signals import heard

pytestmark = pytest.mark.django_db

OTHER = {**BILLING, "company": "Andere Film GmbH", "reference": None}


def profile_of(order: Order) -> dict[str, Any] | None:
    """The billing data of the order's client, in the document's names."""
    order.refresh_from_db()
    found = BillingProfile.objects.filter(client=order.delivered_client)
    return next(iter(found.values(*BILLING)), None)


def billing_of(order: Order) -> Any:
    return order.billing


def lacking() -> list[Order]:
    return list(Order.objects.filter(lacks_billing()).order_by("pk"))


def test_billing_of_an_order_becomes_its_clients_when_it_is_packed() -> None:
    order = make_packed_order(billing={**BILLING, "vat_id": "de 136 695 976", "street2": None})
    assert billing_of(order)["vat_id"] == "de 136 695 976"
    assert profile_of(order) == {**BILLING, "street2": ""}


def test_order_without_billing_is_packed_and_its_client_has_none() -> None:
    order = make_packed_order()
    assert (order.state, order.billing, profile_of(order)) == (State.PACKED, None, None)


def test_billing_data_of_a_client_stay_as_they_are_when_an_order_is_packed() -> None:
    project = make_project()
    members: dict[str, Any] = {
        "client_name": None,
        "client_id": project.client.pk,
        "client_admin": project.client.client_admin,
    }
    order = make_order(**members, billing=OTHER)
    BillingProfile.objects.create(client=project.client, **BILLING)  # meanwhile
    pack_all()
    assert profile_of(order) == BILLING


@pytest.mark.parametrize("state", ["incomplete", "pending", "packing", "need_human", "packed"])
def test_unset_billing_is_filled_in_whatever_the_state(state: str) -> None:
    with bystander():
        order = make_bare_order("s") if state == "incomplete" else make_order()
        if state == "packing":
            transition(order, State.PACKING)
        elif state == "need_human":
            transition(order, State.PACKING)
            transition(order, State.NEED_HUMAN)
        elif state == "packed":
            pack_all()
            order.refresh_from_db()
        assert order in lacking()
        with heard(billing_given) as told:
            assert fill_in_billing(order, {**BILLING, "street2": None})
    assert [each["order"] for each in told] == [order]
    assert order.billing == {name: text for name, text in BILLING.items() if name != "street2"}
    assert order not in lacking()
    event = order.events.get(kind=OrderEvent.Kind.DETAILS)
    assert (event.details, event.actor) == ({"fields": ["billing"]}, None)
    wanted = {**BILLING, "street2": ""} if state == "packed" else None
    assert profile_of(order) == wanted


def test_billing_filled_in_between_claim_and_end_of_packing_becomes_the_clients(
    settings: Settings,
) -> None:
    order = make_order()
    settings.PACKING_STEPS = [*settings.PACKING_STEPS, "tests.orders.test_order_billing.meanwhile"]
    pack_all()
    assert profile_of(order) == BILLING


def meanwhile(order: Order) -> None:
    """A step during which the customer fills in who is billed."""
    assert order.billing is None
    assert fill_in_billing(Order.objects.get(pk=order.pk), BILLING)


def test_first_of_two_who_fill_in_billing_wins() -> None:
    order = make_packed_order()
    second = Order.objects.get(pk=order.pk)
    assert fill_in_billing(order, BILLING)
    assert not fill_in_billing(second, OTHER)
    assert second.billing == BILLING
    assert profile_of(order) == BILLING
    assert order.events.filter(kind=OrderEvent.Kind.DETAILS).count() == 1


def test_billing_of_a_cancelled_order_is_not_filled_in() -> None:
    order = make_order()
    seen = Order.objects.get(pk=order.pk)
    assert order in lacking()
    assert cancel(order, make_staff(), reason="")
    assert not fill_in_billing(seen, BILLING)
    assert Order.objects.get(pk=order.pk).billing is None
    assert lacking() == []


def test_billing_is_not_asked_of_an_order_whose_client_is_known() -> None:
    project = make_project()
    members: dict[str, Any] = {
        "client_name": None,
        "client_id": project.client.pk,
        "client_admin": project.client.client_admin,
    }
    order, stranger = make_order(**members), make_order()
    assert lacking() == [order, stranger]
    BillingProfile.objects.create(client=project.client, **BILLING)
    assert lacking() == [stranger]
    assert not fill_in_billing(order, OTHER)
    assert Order.objects.get(pk=order.pk).billing is None


def test_billing_is_not_asked_of_an_order_that_costs_nothing() -> None:
    free, paid = make_order("Yamdu FREE"), make_order()
    assert lacking() == [paid]
    assert fill_in_billing(free, BILLING)  # it may be given all the same


def test_billing_with_a_fault_writes_nothing() -> None:
    order = make_packed_order()
    with pytest.raises(InvalidDocumentError) as refused:
        fill_in_billing(order, {**BILLING, "country": "XX"})
    assert list(refused.value.errors) == ["billing.country"]
    assert (Order.objects.get(pk=order.pk).billing, profile_of(order)) == (None, None)


def test_staff_replace_billing_until_the_order_is_packed() -> None:
    order, staff = make_order(billing=BILLING), make_staff()
    assert change_billing(order, OTHER, actor=staff)
    assert billing_of(order)["company"] == "Andere Film GmbH"
    assert order.events.get(kind=OrderEvent.Kind.DETAILS).actor == staff
    pack_all()
    assert not change_billing(order, BILLING, actor=staff)
    assert billing_of(order)["company"] == "Andere Film GmbH"


def test_profile_is_made_once() -> None:
    order = make_packed_order()
    Order.objects.filter(pk=order.pk).update(billing=BILLING)
    order.refresh_from_db()
    assert profile_of(order) is None
    made = make_profile(order)
    order.billing = OTHER
    assert make_profile(order) == made
    assert profile_of(order) == BILLING
    assert make_profile(make_packed_order()) is None


def test_person_who_is_erased_takes_the_billing_of_their_orders_along() -> None:
    user = make_user(email="nina@example.com")
    order = make_packed_order(user_email="nina@example.com", billing=BILLING)
    order.events.create(kind=OrderEvent.Kind.NOTE, note="Katharina Huber called.")
    Client.objects.filter(pk=order.delivered_client_id or 0).update(client_admin=make_user())
    with bystander(billing=OTHER):
        erase_user(user)
    order.refresh_from_db()
    assert order.billing is None
    assert not Order.objects.filter(pk=order.pk, billing__isnull=False).exists()
    assert order.events.get(kind=OrderEvent.Kind.NOTE).note == "… called."


def test_order_that_lapses_loses_its_billing() -> None:
    order = make_bare_order("s", billing=BILLING)
    kept = make_bare_order("s", billing=BILLING)
    long_ago = timezone.now() - timedelta(days=61)
    Order.objects.filter(pk=order.pk).update(created_at=long_ago)
    expire_incomplete(lambda: None)
    states = {each.pk: (each.state, each.billing) for each in Order.objects.all()}
    assert states == {order.pk: ("cancelled", None), kept.pk: ("pending", BILLING)}


def test_profile_takes_what_is_unset_as_empty() -> None:
    fields = order_billing.profile_fields({"customer_type": "company", "company": "Film"})
    assert fields["name"] == fields["vat_id"] == ""
    assert fields.keys() == BILLING.keys()
