"""Paying an invoice online in a real browser, from the open invoice to the paid one."""

import pytest
from playwright.sync_api import expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from shop.billing.ledger import Payment
from tests.examples.pay_service import customers_invoice, pay_service
from tests.journey.conftest import Enter, check_accessibility

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
]


def test_invoice_is_paid_at_the_provider(
    enter: Enter, live_server: LiveServer, settings: Settings
) -> None:
    settings.PAYMENT_PROVIDER = "acme.online_payment.AcmePay"
    invoice = customers_invoice()
    address = f"http://localhost:{live_server.url.rpartition(':')[2]}"
    with pay_service(f"{address}/payments/notify/") as payments:
        page = enter(invoice.client.client_admin)
        page.goto(f"/portal/clients/{invoice.client_id}/invoices/")
        check_accessibility(page)
        page.get_by_role("link", name="Pay online").click()
        page.get_by_role("button", name="Pay now").click()
        page.wait_for_url("**/invoices/")
    expect(page.get_by_role("link", name="Pay online")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("paid")
    assert [payment["amount"] for payment in payments] == [invoice.gross_cents]
    assert Payment.objects.get().amount_cents == invoice.gross_cents
