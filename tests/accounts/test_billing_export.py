"""A client admin's data: who is billed for their clients, and the invoices."""

import pytest

from tests.accounts.test_data_export import taken_along
from tests.factories import (
    BILLING,
    make_client,
    make_invoice,
    make_profile,
    make_subscription,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_cache")]


def test_export_of_a_client_admin_holds_who_is_billed() -> None:
    user = make_user()
    make_profile(make_client(client_admin=user, name="Kranfilm"))
    make_profile(make_client(), company="Of somebody else GmbH")
    assert taken_along(user)["billing"] == [{**BILLING, "client": "Kranfilm"}]


def test_export_of_a_client_admin_lists_the_invoices_of_their_clients() -> None:
    days = {"issued_on": "2026-12-01", "due_on": "2026-12-15"}
    days |= {"period_start": "2026-12-01", "period_end": "2026-12-31"}
    first, other = (make_subscription(make_client(name=name)) for name in ("Kran", "Kamera"))
    invoice, foreign = make_invoice(first, **days), make_invoice(other)
    invoice.refresh_from_db()
    [listed] = taken_along(invoice.client.client_admin)["invoices"]
    assert listed == {
        "number": invoice.number,
        "kind": "invoice",
        **days,
        "net_cents": 4900,
        "vat_cents": 931,
        "gross_cents": 5831,
        "currency": "EUR",
        "state": "open",
        "recipient": "buchhaltung@isarfilm.example",
        "client": "Kran",
    }
    assert taken_along(foreign.client.client_admin)["invoices"][0]["number"] == foreign.number
