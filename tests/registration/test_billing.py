"""Asking on its page who is billed for an order."""

import re
from typing import Any

import pytest
from pytest_django import Settings

from portal.registration import kept_status
from shop.orders.models import Order, State
from shop.orders.states import transition
from shop.tenancy.billing_profile import BillingProfile
from tests.factories import (
    BILLING,
    bystander,
    make_bare_order,
    make_order,
    make_packed_order,
    make_project,
    pack_all,
)
from tests.pages import country_of, error_beside, fields, html, summary, visitor, words

pytestmark = pytest.mark.django_db

TYPED = {f"billing_{name}": value for name, value in BILLING.items() if name != "customer_type"}
THANKS = "Thank you, we have your billing address."
ASKS = "We still need your billing address for the invoice."
GERMAN_THANKS = "Vielen Dank, wir haben Ihre Rechnungsanschrift."


def page(order: Order, language: str = "en") -> Any:
    return visitor(language=language).get(f"/register/{order.order_hash}/")


def billing_page(order: Order) -> Any:
    return visitor().get(f"/register/{order.order_hash}/billing/")


def billing_of(order: Order) -> Any:
    return order.billing


def asked(answer: Any) -> set[str]:
    """The fields about billing, but for that of the customer's type."""
    return set(re.findall(r'name="(billing_(?!customer)\w+)"', html(answer)))


def send(order: Order, **changes: Any) -> Any:
    return visitor().post(f"/register/{order.order_hash}/billing/", {**TYPED, **changes})


def test_page_of_a_packed_order_asks_who_is_billed_and_then_thanks() -> None:
    with bystander():
        order = make_packed_order()
        shown = page(order)
        assert ASKS in words(shown)
        assert f'href="/register/{order.order_hash}/billing/"' in html(shown)
        assert asked(billing_page(order)) == TYPED.keys()
        answer = send(order)
        assert (answer.status_code, answer["Location"]) == (302, f"/register/{order.order_hash}/")
    order.refresh_from_db()
    assert order.billing == BILLING
    assert BillingProfile.objects.get(client=order.delivered_client).company == BILLING["company"]
    shown = page(order)
    assert THANKS in words(shown)
    assert GERMAN_THANKS in words(page(order, "de"))
    assert ASKS not in words(shown)
    assert not asked(shown)


def test_stored_address_is_never_shown_to_whoever_holds_the_hash() -> None:
    order = make_packed_order(billing=BILLING)
    path = f"/register/{order.order_hash}/"
    answers = [
        visitor().get(f"{path}{part}", follow=True) for part in ("", "progress/", "billing/")
    ]
    answers.append(visitor().post(f"{path}billing/", TYPED, follow=True))
    for answer in answers:
        for value in BILLING.values():
            if len(value) > len("company"):
                assert value not in html(answer)
    everything = "".join(piece for kept in kept_status.pages.values() for piece in kept)
    assert THANKS in everything
    assert BILLING["street"] not in everything


def test_page_of_an_order_in_any_state_leads_to_a_page_of_its_own() -> None:
    order = make_order()
    shown = page(order)
    assert ASKS in words(shown)
    assert f'href="/register/{order.order_hash}/billing/"' in html(shown)
    assert not asked(shown)
    form = billing_page(order)
    assert form.status_code == 200
    assert asked(form) == TYPED.keys()
    assert form["Referrer-Policy"] == "no-referrer"
    assert send(order).status_code == 302
    pack_all()
    order.refresh_from_db()
    assert BillingProfile.objects.get(client=order.delivered_client).city == "München"


def test_faults_stand_beside_their_fields_and_nothing_typed_is_lost() -> None:
    order = make_packed_order()
    answer = send(order, billing_company="", billing_vat_id="DE136695977", billing_city=" ")
    assert answer.status_code == 422
    assert error_beside(answer, "billing_company") == "Please enter the full name of your company."
    assert error_beside(answer, "billing_city") == "Please enter the city."
    assert "does not exist" in error_beside(answer, "billing_vat_id")
    assert summary(answer) == (
        "There is a problem Please enter the full name of your company. Please enter the city. "
        "VAT ID: This VAT ID does not exist. Please check each character."
    )
    assert fields(answer)["billing_street"] == BILLING["street"]
    assert fields(answer)["billing_vat_id"] == "DE136695977"
    assert country_of(answer) == {"billing_country": "DE"}
    order.refresh_from_db()
    assert order.billing is None


def test_second_who_sends_it_changes_nothing() -> None:
    order = make_packed_order()
    assert send(order).status_code == 302
    answer = visitor().post(
        f"/register/{order.order_hash}/billing/",
        {**TYPED, "billing_company": "Andere Film GmbH"},
        follow=True,
    )
    assert "The billing address was filled in already." in words(answer)
    order.refresh_from_db()
    assert billing_of(order)["company"] == BILLING["company"]


@pytest.mark.parametrize("kind", ["free", "incomplete", "cancelled", "client is known"])
def test_billing_is_not_asked_where_nobody_needs_it(kind: str) -> None:
    if kind == "free":
        order = make_order("Yamdu FREE")
    elif kind == "incomplete":
        order = make_bare_order("s")
    elif kind == "cancelled":
        order = make_order()
        assert transition(order, State.CANCELLED)
    else:
        project = make_project()
        admin = project.client.client_admin
        order = make_order(client_name=None, client_id=project.client.pk, client_admin=admin)
        assert ASKS in words(page(order))
        BillingProfile.objects.create(client=project.client, **BILLING)
    shown = words(page(order))
    assert ASKS not in shown
    assert THANKS not in shown
    assert send(order).status_code == 302
    assert Order.objects.get(pk=order.pk).billing is None


def test_private_person_is_asked_for_where_everybody_may_order(settings: Settings) -> None:
    order = make_packed_order()
    assert "billing_customer_type" not in fields(billing_page(order))
    settings.CUSTOMERS = "everyone"
    assert "billing_customer_type" in fields(billing_page(order))
    answer = send(order, billing_customer_type="private", billing_company="", billing_vat_id="")
    assert answer.status_code == 302
    order.refresh_from_db()
    assert billing_of(order)["customer_type"] == "private"
    assert billing_of(order)["name"] == BILLING["name"]


def test_partners_order_is_completed_with_price_terms_and_the_order_button() -> None:
    order = make_bare_order("s")
    shown = words(page(order, "de"))
    assert "Zu zahlen im Monat 58,31 €" in shown
    assert "AGB" in shown
    assert "Kostenpflichtig bestellen · 58,31 €/Monat" in shown
