"""Invoices are issued when they are due, once, with everything on them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from shop.billing.holds import Selling
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.issuing import issue_due, issue_next, issue_waiting
from shop.billing.models import Invoice, InvoiceDispatch, NumberSeries, Subscription
from shop.billing.signals import invoice_issued
from shop.catalogue.seller import VatRate
from shop.orders.models import Order
from tests.billing.runs import beat, begun_on, issue_on, waits
from tests.factories import BILLING, make_seller, make_subscription
from tests.signals import heard

pytestmark = pytest.mark.django_db


def test_invoice_names_seller_buyer_period_and_totals() -> None:
    seller = make_seller()
    subscription = begun_on(
        date(2026, 1, 31), list_cents=4900, discount_cents=900, promo_code="HERBST"
    )
    Order.objects.filter(pk=subscription.order.pk).update(language="de")
    (invoice,) = issue_on(date(2026, 1, 31), subscription)
    assert (invoice.number, invoice.kind) == ("2026-000001", "invoice")
    assert (invoice.net_cents, invoice.vat_cents, invoice.gross_cents) == (4000, 760, 4760)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 1, 31), date(2026, 2, 14))
    assert (invoice.period_start, invoice.period_end) == (date(2026, 1, 31), date(2026, 2, 27))
    assert (invoice.language, invoice.currency) == ("de", "EUR")
    assert (invoice.recipient, invoice.keep_until) == (BILLING["email"], date(2034, 12, 31))
    document = InvoiceDocument.model_validate(invoice.document)
    assert (document.seller.legal_name, document.seller.iban) == (seller.legal_name, seller.iban)
    assert document.seller.register_entry == seller.register
    assert {name: getattr(document.buyer, name) for name in BILLING} == BILLING
    price, discount = document.lines
    assert (price.text, price.net_cents) == ("Tarif S, ein Monat", 4900)
    assert price.detail == "OSD Yamdu Free, 31.01.2026 – 27.02.2026"
    assert (discount.text, discount.detail) == ("Rabatt", "HERBST")
    assert (discount.unit_cents, discount.net_cents) == (900, -900)
    assert discount.quantity == -1
    (total,) = document.totals
    assert (total.rule, total.vat_rate) == ("domestic", Decimal(19))
    assert (document.notes, document.order_number) == ([], subscription.order.order_number)
    assert InvoiceDispatch.objects.get().next_attempt_at is not None
    assert waits(subscription) == ("", None, date(2026, 2, 28))


def test_worker_issues_what_is_due_and_nothing_else() -> None:
    make_seller()
    today = timezone.localdate()
    later = make_subscription(next_period_on=today + timedelta(days=1))
    subscription = make_subscription(next_period_on=today)
    free = make_subscription(next_period_on=None, list_cents=0)
    with heard(invoice_issued) as told:
        issue_due(beat)
        issue_due(beat)
    assert [each["invoice"].subscription_id for each in told] == [subscription.pk]
    assert not later.invoices.exists()
    assert not free.invoices.exists()


def test_idle_worker_asks_one_question() -> None:
    make_subscription(waits_for="billing")
    issue_due(beat)
    with CaptureQueriesContext(connection) as asked:
        issue_due(beat)
    assert len(asked) == 1


def test_few_statements_issue_an_invoice() -> None:
    make_seller()
    first, second = make_subscription(), make_subscription()
    issue_on(timezone.localdate(), first)
    selling = Selling.now()
    with CaptureQueriesContext(connection) as issuing:
        assert issue_next(second.pk, selling, timezone.localdate())
    assert len(issuing) == 14


def test_each_missed_period_gets_an_invoice_of_its_own() -> None:
    make_seller()
    subscription = begun_on(date(2025, 12, 31))
    invoices = issue_on(date(2026, 3, 15), subscription)
    starts = [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28)]
    assert [invoice.period_start for invoice in invoices] == starts
    assert {invoice.issued_on for invoice in invoices} == {date(2026, 3, 15)}
    assert {invoice.due_on for invoice in invoices} == {date(2026, 3, 29)}
    assert [invoice.number for invoice in invoices] == [f"2026-00000{n}" for n in (1, 2, 3)]


def test_year_is_paid_in_advance() -> None:
    make_seller()
    subscription = begun_on(date(2024, 2, 29), interval="year")
    invoices = issue_on(date(2025, 2, 28), subscription)
    periods = [(invoice.period_start, invoice.period_end) for invoice in invoices]
    assert periods == [
        (date(2024, 2, 29), date(2025, 2, 27)),
        (date(2025, 2, 28), date(2026, 2, 27)),
    ]


def test_discount_ends_after_its_months() -> None:
    make_seller()
    first = date(2026, 1, 31)
    subscription = begun_on(
        first, list_cents=4900, discount_cents=900, discount_ends_on=date(2026, 3, 31)
    )
    invoices = issue_on(date(2026, 4, 30), subscription)
    assert [invoice.net_cents for invoice in invoices] == [4000, 4000, 4900, 4900]


def test_discount_of_eighteen_months_counts_for_half_of_the_second_year() -> None:
    make_seller()
    subscription = begun_on(
        date(2024, 5, 1),
        interval="year",
        list_cents=50000,
        discount_cents=10001,
        discount_ends_on=date(2025, 11, 1),
    )
    invoices = issue_on(date(2026, 5, 1), subscription)
    assert [invoice.net_cents for invoice in invoices] == [39999, 44999, 50000]


def test_period_that_costs_nothing_passes_without_invoice() -> None:
    make_seller()
    subscription = begun_on(
        date(2026, 1, 1), list_cents=4900, discount_cents=4900, discount_ends_on=date(2026, 3, 1)
    )
    invoices = issue_on(date(2026, 3, 2), subscription)
    assert [(each.period_start, each.net_cents) for each in invoices] == [(date(2026, 3, 1), 4900)]
    assert waits(subscription)[2] == date(2026, 4, 1)


def test_nothing_is_invoiced_behind_the_end() -> None:
    make_seller()
    subscription = begun_on(date(2026, 1, 1), ends_on=date(2026, 1, 31))
    assert len(issue_on(date(2026, 3, 2), subscription)) == 1
    assert waits(subscription)[2] is None


@pytest.mark.parametrize(
    ("billing", "rule", "rate", "note"),
    [
        ({}, "domestic", 19, None),
        ({"country": "CH", "vat_id": ""}, "outside_eu", 0, "Not subject to German VAT."),
        ({"customer_type": "private", "country": "FR", "vat_id": ""}, "destination", 20,
         "VAT of the buyer's country: France."),
        ({"country": "AT", "vat_id": ""}, "destination", 20,
         "VAT of the buyer's country: Austria."),
    ],
)  # fmt: skip
def test_vat_follows_the_buyer(
    billing: dict[str, Any], rule: str, rate: int, note: str | None
) -> None:
    make_seller()
    subscription = make_subscription(billing={**BILLING, **billing})
    Order.objects.filter(pk=subscription.order.pk).update(language="en")
    (invoice,) = issue_on(timezone.localdate(), subscription)
    (total,) = InvoiceDocument.model_validate(invoice.document).totals
    assert (str(total.rule), int(total.vat_rate)) == (rule, rate)
    assert invoice.document["notes"] == ([note] if note else [])


def test_small_business_charges_no_vat_and_says_so() -> None:
    make_seller(small_business=True)
    subscription = make_subscription()
    (invoice,) = issue_on(timezone.localdate(), subscription)
    assert invoice.vat_cents == 0
    assert invoice.document["notes"] == ["Gemäß § 19 UStG wird keine Umsatzsteuer berechnet."]


def test_incomplete_seller_holds_back_until_the_row_is_saved() -> None:
    make_seller(iban="")
    subscription = make_subscription()
    start, today = subscription.next_period_on, timezone.localdate()
    issue_due(beat)
    assert waits(subscription) == ("seller", today, start)
    issue_due(beat)
    issue_waiting(beat)
    assert (Invoice.objects.count(), NumberSeries.objects.count()) == (0, 0)
    make_seller()
    issue_due(beat)
    assert subscription.invoices.count() == 1
    assert waits(subscription)[:2] == ("", None)


def test_missing_rate_holds_back_as_an_incomplete_seller_does() -> None:
    make_seller()
    subscription = make_subscription()
    VatRate.objects.filter(country="DE").delete()
    issue_due(beat)
    assert waits(subscription)[0] == "seller"


def test_staff_are_alarmed_while_the_seller_is_incomplete(caplog: pytest.LogCaptureFixture) -> None:
    make_subscription()
    issue_due(beat)
    assert caplog.messages == []
    issue_waiting(beat)
    assert caplog.messages == ["The seller is incomplete: 1 invoices wait for it."]


def test_failure_of_one_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    make_seller()
    broken, subscription = make_subscription(), make_subscription()
    # No document can be made of it.
    Subscription.objects.filter(pk=broken.pk).update(interval="week")
    issue_due(beat)
    assert subscription.invoices.count() == 1
    assert waits(broken)[0] == "error"
    assert caplog.messages == [f"The invoice of subscription {broken.pk} failed."]
    Subscription.objects.filter(pk=broken.pk).update(interval="month")
    issue_waiting(beat)
    assert broken.invoices.count() == 1
    assert NumberSeries.objects.get().last == 2
