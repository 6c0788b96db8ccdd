"""Online payment by the example's provider, over HTTP."""

import json
from typing import Any

import pytest
from acme.online_payment import signature
from django.test import Client
from pytest_django import Settings

from shop.billing.balances import balance_of
from shop.billing.ledger import Payment, Refund
from shop.billing.models import Invoice
from shop.billing.payment_providers import check_payment_provider
from shop.billing.payments import enter_payment
from tests.examples.pay_service import SECRET, customers_invoice, pay_service
from tests.factories import make_invoice, make_staff, make_user
from tests.pages import visitor

pytestmark = pytest.mark.django_db
NOTIFY = "/payments/notify/"


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PAYMENT_PROVIDER = "acme.online_payment.AcmePay"
    monkeypatch.setenv("ACME_PAY_SECRET", SECRET)
    monkeypatch.setenv("ACME_PAY_URL", "http://127.0.0.1:9")  # nobody answers there


def told(invoice: Invoice, **fields: Any) -> bytes:
    facts = {
        "purpose": invoice.number,
        "amount": invoice.gross_cents,
        "currency": "EUR",
        "payment": "acme-1",
        **fields,
    }
    return json.dumps(facts).encode()


def tell(body: bytes, signed: str = "") -> int:
    headers = {"Acme-Signature": signed or signature(body, SECRET)}
    answer = Client(enforce_csrf_checks=True).post(
        NOTIFY, body, content_type="application/json", headers=headers
    )
    return answer.status_code


def pay_page(invoice: Invoice) -> str:
    return f"/portal/invoices/{invoice.number}/pay/"


@pytest.mark.usefixtures("provider")
def test_customer_is_sent_to_the_provider_to_pay_what_is_open() -> None:
    invoice = customers_invoice()
    paid: dict[str, Any] = {"currency": "EUR", "paid_on": invoice.issued_on}
    enter_payment(invoice, make_staff(), amount_cents=100, **paid)
    with pay_service() as payments:
        answer = visitor(invoice.client.client_admin).get(pay_page(invoice))
    assert answer.status_code == 302
    assert answer["Location"].endswith("/pay/1")
    assert payments == [
        {
            "purpose": invoice.number,
            "amount": invoice.gross_cents - 100,
            "currency": "EUR",
            "return_url": f"http://testserver/portal/clients/{invoice.client_id}/invoices/",
        }
    ]


@pytest.mark.usefixtures("provider")
def test_provider_that_is_away_leaves_the_customer_at_their_invoices() -> None:
    invoice = customers_invoice()
    browser = visitor(invoice.client.client_admin)
    answer = browser.get(pay_page(invoice), follow=True)
    assert answer.redirect_chain == [(f"/portal/clients/{invoice.client_id}/invoices/", 302)]
    assert "You cannot pay online at the moment." in answer.content.decode()


@pytest.mark.usefixtures("provider")
def test_paid_invoice_is_not_paid_again_and_others_are_nobodys_business() -> None:
    invoice = customers_invoice()
    with pay_service() as payments:
        assert visitor(make_user()).get(pay_page(invoice)).status_code == 404
        assert tell(told(invoice)) == 204
        answer = visitor(invoice.client.client_admin).get(pay_page(invoice), follow=True)
    assert payments == []
    assert "Nothing is due on this invoice." in answer.content.decode()


def test_without_a_provider_nothing_is_there() -> None:
    invoice = customers_invoice()
    assert visitor(invoice.client.client_admin).get(pay_page(invoice)).status_code == 404
    assert tell(told(invoice)) == 404


@pytest.mark.usefixtures("provider")
def test_notification_told_twice_counts_once() -> None:
    invoice, other = make_invoice(), make_invoice()
    assert [tell(told(invoice)), tell(told(invoice))] == [204, 204]
    payment = Payment.objects.get()
    assert (payment.invoice, payment.method, payment.reference) == (invoice, "provider", "acme-1")
    assert (balance_of(invoice).state, balance_of(other).state) == ("paid", "open")
    assert not Refund.objects.exists()


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize(
    ("fields", "signed", "status"),
    [
        ({}, "f" * 64, 400),
        ({"purpose": "x" * 100_001}, "", 413),
        ({"purpose": "2026-999999"}, "", 204),
        ({"currency": "USD"}, "", 204),
        ({"amount": 0}, "", 204),
    ],
    ids=["signature", "size", "number", "currency", "nothing"],
)
def test_notification_that_fits_no_invoice_pays_none(
    fields: dict[str, Any], signed: str, status: int
) -> None:
    invoice = make_invoice()
    assert tell(told(invoice, **fields), signed) == status
    assert not Payment.objects.exists()
    assert tell(told(invoice)) == 204
    assert Payment.objects.count() == 1


@pytest.mark.usefixtures("provider")
def test_notifications_are_limited(settings: Settings) -> None:
    settings.DEMO = False
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "anonymous": (0.001, 1)}
    invoice = make_invoice()
    assert [tell(told(invoice)), tell(told(invoice))] == [204, 429]


@pytest.mark.parametrize(
    ("path", "errors"),
    [
        ("", []),
        ("acme.online_payment.AcmePay", []),
        ("acme.online_payment.Gone", ["billing.E001"]),
        ("acme.online_payment.signature", ["billing.E002", "billing.E002"]),
    ],
)
def test_check_finds_a_class_that_is_none(settings: Settings, path: str, errors: list[str]) -> None:
    settings.PAYMENT_PROVIDER = path
    assert [error.id for error in check_payment_provider()] == errors
