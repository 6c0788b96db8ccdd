"""Declarations without sign-in: kept as typed, and without effect until the right person proves them."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.billing.contract_cancellation import cancel_contract, end_if_cancelled
from shop.billing.declaration_rows import Declaration, DeclarationCase
from shop.billing.declarations import (
    assign,
    candidates,
    case_of,
    declare,
    dismiss,
    hand_over_unproven,
    proof_token,
    prove,
)
from shop.billing.models import Subscription
from shop.billing.signals import declaration_received, proof_wanted
from shop.orders.models import Order
from tests.billing.runs import beat, begun_on
from tests.contract_factories import make_declaration
from tests.factories import (
    bystander,
    make_invoice,
    make_order,
    make_seller,
    make_staff,
    make_subscription,
    pack_all,
)
from tests.signals import heard

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {"name": "Nina Nagel", "contract": "?", "email": "nina@example.com"}


def state_of(case: DeclarationCase) -> str:
    case.refresh_from_db()
    return str(case.state)


def ends_on(subscription: Subscription) -> date | None:
    subscription.refresh_from_db()
    return subscription.ends_on


def declared_before(case: DeclarationCase, days: int) -> None:
    """Have a case be older than it is; the declaration itself cannot be changed."""
    asked_at = timezone.now() - timedelta(days=days)
    DeclarationCase.objects.filter(pk=case.pk).update(proof_asked_at=asked_at)


def test_declaration_is_kept_as_it_was_typed() -> None:
    typed = {
        **TYPED,
        "contract": "  k7qm 3fz2 ",
        "for_cause": True,
        "reason": "It never worked.",
        "wished_end": date(2027, 1, 31),
    }
    with heard(declaration_received) as told:
        case = declare("cancellation", typed, "de")
    assert [each["case"] for each in told] == [case]
    declaration = Declaration.objects.get()
    assert {name: getattr(declaration, name) for name in typed} == typed
    assert (declaration.kind, declaration.language) == ("cancellation", "de")
    assert declaration.keep_until == date(timezone.localdate().year + 3, 12, 31)
    assert (case.state, case.cause_open, case.order) == ("received", True, None)


def test_nothing_tells_whether_there_is_such_a_contract() -> None:
    subscription = make_subscription()
    number = str(subscription.order.order_number)
    statements = []
    for contract in (number, "K7QM-3FZ2", "the one of last May"):
        with CaptureQueriesContext(connection) as queries:
            declare("cancellation", {**TYPED, "contract": contract}, "en")
        statements.append([re.sub(r"_x\d+|VALUES.*|'[^']*'", "", each["sql"]) for each in queries])
    assert statements[0] == statements[1] == statements[2]
    assert len(statements[0]) > 2


@pytest.mark.parametrize(
    "spelling", ["{}", "order {}", "Bestellnummer: {} (Vertrag)", "  {}  ".lower()]
)
def test_cancellation_is_matched_by_the_order_number(spelling: str) -> None:
    subscription = make_subscription()
    number = str(subscription.order.order_number)
    with bystander(), heard(proof_wanted) as told:
        case = make_declaration(contract=spelling.format(number.lower()))
    assert (case.state, case.order) == ("proof", subscription.order)
    assert [each["case"] for each in told] == [case]
    assert ends_on(subscription) is None


def test_cancellation_is_matched_by_the_number_of_an_invoice() -> None:
    subscription = make_subscription()
    invoice, other = make_invoice(subscription), make_invoice()
    case = make_declaration(contract=f"Rechnung {invoice.number}")
    assert (case.state, case.order) == ("proof", subscription.order)
    both = make_declaration(contract=f"{invoice.number}, {other.number}")
    assert (both.state, both.order) == ("staff", None)


@pytest.mark.parametrize("contract", ["Beispielfilm GmbH", "K7QM-3FZ2", "2026-999999", "-"])
def test_what_names_no_contract_is_for_staff(contract: str) -> None:
    make_subscription()
    with heard(proof_wanted) as told:
        case = make_declaration(contract=contract)
    assert (case.state, case.order, told) == ("staff", None, [])


def test_contract_that_has_ended_or_ends_as_early_is_for_staff() -> None:
    ended, cancelled = make_subscription(ended_at=timezone.now()), make_subscription()
    cancel_contract(cancelled, by=None)
    for subscription in (ended, cancelled):
        case = make_declaration(subscription.order)
        assert (case.state, case.order) == ("staff", subscription.order)


def test_proven_cancellation_counts_from_the_moment_of_declaration() -> None:
    make_seller()
    subscription = begun_on(timezone.localdate())
    case = make_declaration(subscription.order)
    received_at = case.declaration.received_at
    token = proof_token(case)
    found = case_of(token)
    assert found == case
    with bystander():
        assert prove(found)
    assert not prove(found)
    assert case_of(token) is None
    subscription.refresh_from_db()
    assert (subscription.cancelled_at, subscription.cancelled_by) == (received_at, None)
    assert subscription.ends_on == end_if_cancelled(subscription)
    event = subscription.events.get()
    assert event.details == {
        "ends_on": subscription.ends_on.isoformat(),
        "declaration": case.pk,
    }
    assert (state_of(case), case.proven_at is not None) == ("effective", True)


def test_declaration_that_is_proven_late_brings_the_end_forward() -> None:
    """Somebody has cancelled in the portal meanwhile, a period later."""
    subscription = begun_on(timezone.localdate())
    case = make_declaration(subscription.order)
    early = end_if_cancelled(subscription)
    cancel_contract(subscription, by=None, wished=early + timedelta(days=5))
    assert ends_on(subscription) == subscription.ends_on != early
    assert prove(case)
    assert ends_on(subscription) == early


def test_declaring_twice_and_proving_both_cancels_once() -> None:
    subscription = make_subscription()
    first, second = make_declaration(subscription.order), make_declaration(subscription.order)
    assert prove(second)
    assert prove(first)
    assert (state_of(first), state_of(second)) == ("effective", "effective")
    assert [event.details["declaration"] for event in subscription.events.all()] == [second.pk]


def test_proof_of_a_contract_that_has_ended_meanwhile_is_for_staff() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order)
    Subscription.objects.filter(pk=subscription.pk).update(ended_at=timezone.now())
    assert prove(case)
    assert (state_of(case), case.proven_at is not None) == ("staff", True)
    assert case_of(proof_token(case)) is None


def test_no_token_opens_another_declaration() -> None:
    subscription, other = make_subscription(), make_subscription()
    case, bystanding = make_declaration(subscription.order), make_declaration(other.order)
    token = proof_token(case)
    assert case_of(token) == case
    forged = token.replace(f"{case.pk}-", f"{bystanding.pk}-", 1)
    assert forged != token
    for wrong in (forged, "", token[:-1], "1-1", "1~1", "\0"):
        assert case_of(wrong) is None


def test_cancellation_for_cause_goes_to_staff_and_counts_as_ordinary_meanwhile() -> None:
    subscription = make_subscription()
    case = make_declaration(subscription.order, for_cause=True, reason="It never worked.")
    assert (case.state, case.cause_open) == ("proof", True)
    assert prove(case)
    assert ends_on(subscription) == end_if_cancelled(subscription)
    assert (state_of(case), case.cause_open) == ("effective", True)


def test_order_that_is_not_packed_is_cancelled() -> None:
    order = make_order(user_email="nina@example.com")
    case = make_declaration(order)
    assert case.state == "proof"
    assert prove(case)
    order.refresh_from_db()
    assert (order.state, state_of(case)) == ("cancelled", "effective")


def test_order_that_is_being_packed_is_matched_and_its_contract_is_cancelled() -> None:
    order = make_order()
    Order.objects.filter(pk=order.pk).update(state="packing")
    case = make_declaration(order)
    assert case.state == "proof"
    Order.objects.filter(pk=order.pk).update(state="pending")
    pack_all()
    assert prove(case)
    assert Subscription.objects.get(order=order).state == "cancelled"


def test_unproven_declaration_is_for_staff_after_two_weeks_and_can_still_be_proven() -> None:
    subscription, other = make_subscription(), make_subscription()
    case, young = make_declaration(subscription.order), make_declaration(other.order)
    declared_before(case, days=15)
    declared_before(young, days=13)
    hand_over_unproven(beat)
    assert (state_of(case), state_of(young)) == ("staff", "proof")
    found = case_of(proof_token(case))
    assert found is not None
    assert prove(found)
    assert subscription.events.count() == 1


def test_staff_match_by_hand_and_have_the_proof_mailed() -> None:
    subscription, staff = make_subscription(), make_staff()
    case = make_declaration(contract="Beispielfilm")
    with heard(proof_wanted) as told:
        assert assign(case, subscription.order, staff, mail_proof=True)
    assert len(told) == 1
    assert (state_of(case), case.order, case.counter) == ("proof", subscription.order, 2)
    assert case_of(proof_token(case)) == case
    assert subscription.events.count() == 0


def test_link_to_a_contract_that_staff_replaced_works_no_more() -> None:
    wrong, right, staff = make_subscription(), make_subscription(), make_staff()
    case = make_declaration(wrong.order)
    token = proof_token(case)
    assert case_of(token) == case
    assign(case, right.order, staff, mail_proof=True)
    assert case_of(token) is None


def test_staff_have_a_declaration_take_effect_at_once() -> None:
    subscription, staff = make_subscription(), make_staff()
    case = make_declaration(contract="Beispielfilm")
    assert assign(case, subscription.order, staff, mail_proof=False)
    assert not assign(case, subscription.order, staff, mail_proof=False)
    assert (state_of(case), case.decided_by) == ("effective", staff)
    subscription.refresh_from_db()
    assert subscription.cancelled_at == case.declaration.received_at
    assert subscription.cancelled_by == staff


def test_declaration_is_left_to_staff_where_there_is_nothing_to_end() -> None:
    subscription, staff = make_subscription(ended_at=timezone.now()), make_staff()
    case = make_declaration(contract="Beispielfilm")
    before = DeclarationCase.objects.filter(pk=case.pk).values().get()
    assert not assign(case, subscription.order, staff, mail_proof=False)
    assert DeclarationCase.objects.filter(pk=case.pk).values().get() == before


def test_dismissed_declaration_cannot_be_proven() -> None:
    subscription, staff = make_subscription(), make_staff()
    case = make_declaration(subscription.order, for_cause=True, reason="None.")
    token = proof_token(case)
    assert dismiss(case, staff, "It was a joke.")
    assert not dismiss(case, staff, "Again.")
    assert case_of(token) is None
    assert not prove(case)
    assert (state_of(case), case.note, case.decided_by) == ("dismissed", "It was a joke.", staff)
    assert not case.cause_open
    assert ends_on(subscription) is None


def test_candidates_are_found_by_all_that_was_typed() -> None:
    by_email = make_order(user_email="nina@example.com", client_name="Nagel Film")
    by_company = make_order(client_name="Alpenglow Pictures")
    by_name = make_order(user_first_name="Nina", user_last_name="Nagel", client_name="Others")
    by_invoice = make_invoice()
    stranger = make_order(client_name="Somebody else")
    case = make_declaration(contract="Alpenglow")
    assert candidates(case) == [by_company, by_email, by_name]
    case = make_declaration(contract=f"{by_invoice.number} or so")
    assert candidates(case)[0] == by_invoice.subscription.order
    assert stranger not in candidates(case)
