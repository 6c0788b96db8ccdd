"""Correcting what a stuck order says: what may be changed, what follows, and one winner."""

from typing import Any

import pytest

from shop.catalogue.models import Product
from shop.orders.corrections import correct
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order, OrderEvent, State
from shop.orders.order_fields import CORRECTABLE
from shop.orders.problems import SENTENCES
from shop.packing.recovery import correct_and_retry
from shop.tenancy.models import Project
from tests.factories import make_bare_order, make_order, make_project, make_token, make_user
from tests.registration.states import order_in

pytestmark = pytest.mark.django_db


def stuck_order(**members: Any) -> Order:
    """An order that waits for staff, with nothing delivered."""
    order = make_order(**members)
    Order.objects.filter(pk=order.pk).update(state=State.HAS_PACKING_ERRORS)
    order.refresh_from_db()
    return order


def half_packed(**members: Any) -> Order:
    """An order whose client and project are there, and then no place was free."""
    project = make_project()
    order = stuck_order(**members)
    order.delivered_client, order.delivered_project = project.client, project
    order.save()
    order.refresh_from_db()
    return order


def refused(order: Order, **details: Any) -> dict[str, list[str]]:
    with pytest.raises(InvalidDocumentError) as refusal:
        correct(order, details, actor=None)
    return refusal.value.errors


@pytest.mark.parametrize("situation", ["has_packing_errors", "need_human"])
def test_stuck_order_takes_corrections_and_stays_where_it_is(situation: str) -> None:
    order, staff = order_in(situation), make_user()
    token_is_gone = {"user_first_name": "Nina", "project_name": "Nachtdreh"}
    assert correct(order, token_is_gone, actor=staff)
    order.refresh_from_db()
    assert (order.state, order.project_name) == (situation, "Nachtdreh")
    event = order.events.get(kind=OrderEvent.Kind.CORRECTED)
    assert (event.details, event.actor) == ({"fields": ["user_first_name", "project_name"]}, staff)


def test_history_names_members_and_never_values() -> None:
    order = stuck_order()
    assert correct(order, {"client_name": "Geheimfilm"}, actor=None)
    assert "Geheimfilm" not in str(list(order.events.values()))


@pytest.mark.parametrize("situation", ["pending", "packing", "packed", "cancelled"])
def test_order_that_is_not_stuck_takes_none(situation: str) -> None:
    order = order_in(situation)
    assert not correct(order, {"project_name": "Nachtdreh"}, actor=None)
    order.refresh_from_db()
    assert order.project_name != "Nachtdreh"


def test_order_without_details_takes_corrections_and_gets_complete() -> None:
    order = make_bare_order("s", client_name="Beispielfilm", project_name="Dreh")
    details = {"client_name": "Beispielfilm GmbH", "user_email": "nina@example.com"}
    assert correct(order, details, actor=None)
    order.refresh_from_db()
    assert (order.client_name, order.complete) == ("Beispielfilm GmbH", True)


def test_rules_of_ordering_hold() -> None:
    order = stuck_order()
    assert refused(order, user_email="nobody", project_name=" ", client_id=17) == {
        "user_email": ["must be a bare e-mail address."],
        "project_name": ["must not be blank."],
        "client_id": ["must not be given together with client_name."],
        "client_name": ["must not be given together with client_id."],
        "admin_user_access_token": ["is required with client_id."],
    }


def test_order_to_a_project_whose_tier_was_changed_takes_corrections() -> None:
    project, other = make_project(), make_project()
    admin = project.client.client_admin
    Project.objects.filter(pk=other.pk).update(client=project.client)
    order = stuck_order(
        client_id=project.client.pk,
        client_name=None,
        project_id=project.pk,
        project_name=None,
        admin_user_access_token=make_token(admin),
    )
    tier = Product.objects.get(code="m")
    Project.objects.filter(pk__in=(project.pk, other.pk)).update(product=tier)
    assert refused(order, project_id=other.pk) == {"product": [SENTENCES["wrong_tier"]]}
    assert correct(order, {"user_first_name": "Nina"}, actor=None)


def test_what_packing_needs_cannot_be_taken_back() -> None:
    errors = refused(stuck_order(), project_name=None, user_email=None)
    assert errors == {"project_name": ["is required."], "user_email": ["is required."]}


@pytest.mark.parametrize("member", ["product", "promo_code", "redirection_uri", "state"])
def test_other_members_are_closed_to_everybody(member: str) -> None:
    assert member not in CORRECTABLE
    assert refused(stuck_order(), **{member: "other"})[member] == [SENTENCES["not_correctable"]]


def test_members_the_caller_did_not_allow_are_refused() -> None:
    order = stuck_order()
    with pytest.raises(InvalidDocumentError) as refusal:
        correct(order, {"client_name": "X"}, allowed={"project_name"}, actor=None)
    assert refusal.value.errors == {"client_name": [SENTENCES["not_correctable"]]}


def test_staff_may_name_a_client_of_the_token_s_user() -> None:
    project = make_project()
    admin = project.client.client_admin
    order = stuck_order(admin_user_access_token=make_token(admin))
    details = {"client_id": project.client.pk, "client_name": None}
    assert correct(order, details, actor=make_user())
    order.refresh_from_db()
    assert (order.client_id, order.client_name) == (project.client.pk, None)


def test_staff_may_not_name_somebody_else_s_client() -> None:
    order = stuck_order(admin_user_access_token=make_token(make_user()))
    errors = refused(order, client_id=make_project().client.pk, client_name=None)
    assert errors == {"client_id": ["is not a client that you administer."]}


def test_what_was_delivered_is_renamed_with_the_order() -> None:
    order = half_packed()
    assert correct(order, {"client_name": "Neu GmbH", "project_name": "Neu"}, actor=None)
    order.refresh_from_db()
    assert order.delivered_client
    assert order.delivered_project
    assert (order.delivered_client.name, order.delivered_project.name) == ("Neu GmbH", "Neu")


def test_what_was_delivered_cannot_become_something_else() -> None:
    order = half_packed(admin_user_access_token=make_token(make_user()))
    errors = refused(order, client_id=make_project().client.pk, client_name=None)
    assert (errors["client_id"], errors["client_name"]) == (
        [SENTENCES["delivered"]],
        [SENTENCES["delivered"]],
    )


def test_second_of_two_who_have_seen_the_same_order_writes_nothing() -> None:
    order = stuck_order()
    late = Order.objects.get(pk=order.pk)
    assert correct(order, {"project_name": "First"}, actor=None)
    assert not correct(late, {"project_name": "Second"}, actor=None)
    assert late.project_name == "First"
    assert late.events.filter(kind=OrderEvent.Kind.CORRECTED).count() == 1


def test_correction_that_changes_nothing_leaves_no_trace() -> None:
    order = stuck_order()
    assert correct(order, {"project_name": order.project_name}, actor=None)
    assert not order.events.filter(kind=OrderEvent.Kind.CORRECTED).exists()


def test_mended_order_goes_on() -> None:
    order = stuck_order()
    assert correct_and_retry(order, {"project_name": "Nachtdreh"}, actor=None)
    order.refresh_from_db()
    assert (order.state, order.project_name) == (State.PENDING, "Nachtdreh")


def test_mending_that_is_refused_leaves_the_order_stuck() -> None:
    order = stuck_order()
    with pytest.raises(InvalidDocumentError):
        correct_and_retry(order, {"project_name": " "}, actor=None)
    order.refresh_from_db()
    assert order.state == State.HAS_PACKING_ERRORS
