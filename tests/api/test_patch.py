"""`PATCH /api/orders/{order_hash}`: what may be changed, in which states, and what follows."""

from typing import Any

import pytest

from shop.orders.cancellation import ActedBy
from shop.orders.models import Order, OrderEvent
from shop.orders.problems import SENTENCES
from shop.orders.search import search
from shop.orders.signals import order_corrected
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.models import Membership
from tests.api.calls import patch
from tests.api.patches import NAMES, OWN, STATES, TOO_LATE, changed, ours, placed, refused, shown_to
from tests.factories import (
    BILLING,
    bystander,
    make_order,
    pack_all,
)
from tests.registration.states import faulty_name
from tests.signals import heard

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("situation", STATES)
def test_reference_and_metadata_are_changed_in_every_state(situation: str) -> None:
    token, before = placed(situation)
    order = Order.objects.get(order_hash=before["order_hash"])
    with heard(order_corrected) as told:
        found = changed(token, before, **OWN)
    assert found.pop("updated_at") > before["updated_at"]
    assert found == OWN
    assert [each["order"].reference for each in told] == ["PO-4711"]
    event = order.events.get(kind=OrderEvent.Kind.CORRECTED)
    assert event.details == {"fields": ["reference", "metadata"], "by": ActedBy.PROGRAM}
    assert search("PO-4711").pks == {order.pk}


def test_metadata_are_replaced_whole_and_null_unsets_them() -> None:
    token, before = placed("packed")
    patch(token, before["order_hash"], reference="PO-1", metadata={"a": "1", "b": "2"})
    patch(token, before["order_hash"], metadata={"b": "3"})
    shown = shown_to(token, before["order_hash"])
    assert (shown["reference"], shown["metadata"]) == ("PO-1", {"b": "3"})
    patch(token, before["order_hash"], metadata={})
    assert shown_to(token, before["order_hash"])["metadata"] == {}
    patch(token, before["order_hash"], reference=None, metadata=None)
    shown = shown_to(token, before["order_hash"])
    assert (shown["reference"], shown["metadata"]) == (None, None)
    assert search("PO-1").pks == frozenset()


def test_order_without_details_is_completed_and_packed() -> None:
    token, before = placed("details")
    details = {
        "client_name": "Constantin Film",
        "project_name": "Drei Tage im Mai",
        "user_email": "nina@example.com",
        "user_first_name": "Nina",
        "user_login": "nina.nagel",
        "billing": BILLING,
    }
    with heard(order_corrected) as told:
        found = changed(token, before, **details)
    assert found.pop("updated_at")
    assert found == details
    assert len(told) == 1
    order = Order.objects.get(order_hash=before["order_hash"])
    assert [mail.recipient for mail in order.messages.all()] == ["nina@example.com"]
    pack_all()
    assert shown_to(token, before["order_hash"])["state"] == "packed"
    assert BillingProfile.objects.get().company == BILLING["company"]


def test_details_that_are_set_can_be_corrected_and_unset_until_all_are_there() -> None:
    token, before = placed("details")
    patch(token, before["order_hash"], client_name="Film", user_login="nina")
    before = shown_to(token, before["order_hash"])
    found = changed(token, before, client_name="Film GmbH", user_login=None)
    assert found.pop("updated_at")
    assert found == {"client_name": "Film GmbH", "user_login": None}


@pytest.mark.parametrize("situation", ["has_packing_errors", "need_human"])
def test_stopped_order_is_corrected_and_goes_on_where_it_has_errors(situation: str) -> None:
    token, before = placed(situation)
    found = changed(token, before, project_name="Nachtdreh", reference="PO-1")
    assert found.pop("updated_at")
    goes_on = {"state": "pending", "status": "pending", "packing_errors": None}
    goes_on["packing_error_code"] = None
    wanted: dict[str, Any] = {"project_name": "Nachtdreh", "reference": "PO-1"}
    assert found == wanted | (goes_on if situation == "has_packing_errors" else {})


def test_order_that_has_errors_stays_stopped_where_only_the_partners_own_changes() -> None:
    token, before = placed("has_packing_errors")
    found = changed(token, before, **OWN)
    assert found.keys() == {*OWN, "updated_at"}


def test_order_whose_name_is_not_taken_is_corrected_and_packed() -> None:
    with faulty_name():
        order = make_order(project_name="admin")
        token = ours(order)
        pack_all()
        before = shown_to(token, order.order_hash)
        assert (before["state"], before["packing_error_code"]) == (
            "has_packing_errors",
            "name_reserved",
        )
        assert changed(token, before, project_name="Nachtdreh")["state"] == "pending"
        pack_all()
    assert shown_to(token, order.order_hash)["state"] == "packed"


@pytest.mark.parametrize("situation", ["pending", "packing", "packed", "cancelled"])
def test_names_and_login_stay_in_any_other_state_with_409(situation: str) -> None:
    token, before = placed(situation)
    members = dict.fromkeys(NAMES, "Other")
    assert refused(409, token, before, **members) == dict.fromkeys(NAMES, TOO_LATE)


@pytest.mark.parametrize("situation", ["packing", "cancelled"])
def test_email_address_stays_while_an_order_is_packed_or_once_it_is_cancelled(
    situation: str,
) -> None:
    token, before = placed(situation)
    found = refused(409, token, before, user_email="right@example.com")
    assert found == {"user_email": TOO_LATE}


@pytest.mark.parametrize("situation", ["pending", "packed", "has_packing_errors"])
def test_email_address_is_corrected_until_somebody_joins(situation: str) -> None:
    token, before = placed(situation)
    with bystander():
        found = changed(token, before, user_email="right@example.com")
    assert found["user_email"] == "right@example.com"
    order = Order.objects.get(order_hash=before["order_hash"])
    assert order.events.get(kind=OrderEvent.Kind.ADDRESS).details == {"by": ActedBy.PROGRAM}
    if situation == "packed":
        assert order.invitation
        assert order.member
        assert order.member.email == "right@example.com"
        assert order.messages.filter(kind="invitation", recipient="right@example.com").exists()
        Membership.objects.filter(user=order.member).update(joined_at=order.created_at)
        order.invitation.used_at = order.created_at
        order.invitation.save()
        before = shown_to(token, order.order_hash)
        found = refused(409, token, before, user_email="late@example.com")
        assert found == {"user_email": TOO_LATE}


def test_email_address_cannot_be_taken_away_or_corrected_for_ever() -> None:
    token, before = placed("pending")
    assert refused(422, token, before, user_email=None) == {"user_email": ["is required."]}
    for number in range(3):
        answer = patch(token, before["order_hash"], user_email=f"nina{number}@example.com")
        assert answer.status_code == 200
    before = shown_to(token, before["order_hash"])
    found = refused(422, token, before, user_email="again@example.com")
    assert found == {"user_email": ["was corrected as often as allowed."]}


@pytest.mark.parametrize("situation", [each for each in STATES if each != "cancelled"])
def test_unset_billing_is_filled_in_once(situation: str) -> None:
    token, before = placed(situation)
    billing = {**BILLING, "street2": None}
    found = changed(token, before, billing=billing)
    assert found.pop("updated_at")
    assert found == {"billing": billing}
    before = shown_to(token, before["order_hash"])
    for other in ({**BILLING, "city": "Wien"}, None):
        assert refused(422, token, before, billing=other) == {
            "billing": ["is set: only the client_admin and the shop can change it."]
        }
    profiles = BillingProfile.objects.values_list("company", flat=True)
    assert list(profiles) == ([BILLING["company"]] if situation == "packed" else [])


def test_billing_of_a_cancelled_order_stays_unset_with_409() -> None:
    token, before = placed("cancelled")
    assert refused(409, token, before, billing=BILLING) == {"billing": TOO_LATE}


def test_billing_of_a_client_that_has_some_is_refused() -> None:
    token, before = placed("packed")
    order = Order.objects.get(order_hash=before["order_hash"])
    BillingProfile.objects.create(client_id=order.delivered_client_id or 0, company="Andere GmbH")
    assert refused(422, token, before, billing=BILLING) == {
        "billing": [SENTENCES["client_has_billing"]]
    }
