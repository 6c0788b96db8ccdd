"""Billing data of a client: changed with a history, and erased but for what invoices need."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.tenancy.billing_data import billing_history, set_billing_profile
from shop.tenancy.billing_profile import BillingProfile
from shop.tenancy.erasure import erase_address, erase_user
from shop.tenancy.models import Client
from tests.factories import (
    BILLING,
    make_client,
    make_membership,
    make_profile,
    make_project,
    make_user,
)

pytestmark = pytest.mark.django_db


def stored(client: Client) -> dict[str, Any]:
    profile = BillingProfile.objects.get(client=client)
    return {name: getattr(profile, name) for name in BILLING}


def said(client: Client) -> list[tuple[str, str]]:
    return [(each.user.email, each.change_message) for each in billing_history(client)]


def test_first_billing_data_are_written_with_who_gave_them() -> None:
    client, other = make_client(), make_client()
    make_profile(other, city="Wien")
    assert set_billing_profile(client, BILLING, actor=client.client_admin)
    assert stored(client) == BILLING
    assert stored(other) == {**BILLING, "city": "Wien"}
    ((email, text),) = said(client)
    assert email == client.client_admin.email
    assert text.startswith("customer_type: – → company; company: – → Isarfilm Produktion GmbH; ")
    assert said(other) == []


def test_change_keeps_old_and_new_values_in_the_history() -> None:
    client, staff = make_client(), make_user(email="staff@example.com")
    make_profile(client)
    assert set_billing_profile(client, {**BILLING, "city": "Wien", "vat_id": ""}, actor=staff)
    assert stored(client) == {**BILLING, "city": "Wien", "vat_id": ""}
    assert said(client) == [("staff@example.com", "city: München → Wien; vat_id: DE136695976 → –")]


def test_change_leaves_alone_what_staff_decide_about_reminders() -> None:
    """They may exempt the client between the two statements of the change."""
    client = make_client()
    make_profile(client)
    with CaptureQueriesContext(connection) as written:
        assert set_billing_profile(client, {**BILLING, "city": "Wien"}, actor=client.client_admin)
    updates = [each["sql"] for each in written if each["sql"].startswith("UPDATE")]
    assert [sql for sql in updates if '"city"' in sql]
    assert not [sql for sql in updates if "reminders_exempt" in sql]


def test_nothing_changed_leaves_no_trace() -> None:
    client = make_client()
    before = make_profile(client)
    assert not set_billing_profile(client, BILLING, actor=client.client_admin)
    assert said(client) == []
    assert BillingProfile.objects.get().updated_at == before.updated_at


def test_erased_contact_of_a_company_leaves_its_billing_data() -> None:
    project = make_project()
    client = project.client
    person = make_user(email="kim@example.com", first_name="Kim", last_name="Kunde")
    make_membership(user=person, project=project)
    values = {**BILLING, "name": "Kim Kunde", "email": "Kim@Example.com"}
    set_billing_profile(client, values, actor=person)
    make_profile(make_client(), name="Kim Kunde")  # another of that name
    erase_user(person)
    assert stored(client) == {**BILLING, "name": "", "email": ""}
    assert [text for _email, text in said(client)] == [""]
    assert BillingProfile.objects.exclude(client=client).get().name == "Kim Kunde"


def test_erased_private_person_stays_named_where_the_client_is_billed_on() -> None:
    project = make_project()
    client = project.client
    person = make_user(email="kim@example.com", first_name="Kim", last_name="Kunde")
    make_membership(user=person, project=project)
    private = {"customer_type": "private", "company": "", "name": "Kim Kunde", "vat_id": ""}
    make_profile(client, **private, email="kim@example.com")
    erase_user(person)
    assert stored(client) == {**BILLING, **private, "email": ""}


def test_erased_address_without_an_account_is_taken_out() -> None:
    client, other = make_client(), make_client()
    set_billing_profile(client, {**BILLING, "email": "old@example.com"}, actor=client.client_admin)
    set_billing_profile(other, BILLING, actor=other.client_admin)
    before = said(other)
    erase_address("old@example.com")
    assert stored(client)["email"] == ""
    assert [text for _email, text in said(client)] == [""]
    assert (stored(other), said(other)) == (BILLING, before)
