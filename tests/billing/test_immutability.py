"""The database keeps what was issued as it is, whoever asks, and lets it go in its time."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from shop.billing.credit_notes import credit
from shop.billing.invoice_expiry import delete_kept_long_enough
from shop.billing.keeping_triggers import create_missing_triggers
from shop.billing.ledger import Payment, Refund
from shop.billing.models import Invoice, InvoiceDispatch, InvoiceFile
from tests.billing.runs import beat
from tests.factories import make_invoice, make_staff, make_subscription

pytestmark = pytest.mark.django_db
LONG_AGO = date(2020, 12, 31)


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def with_file(invoice: Invoice) -> Invoice:
    InvoiceFile.objects.create(invoice=invoice, format="pdf", name="a.pdf", sha256="0" * 64)
    return invoice


WAYS: list[Callable[[Invoice], object]] = [
    lambda invoice: Invoice.objects.filter(pk=invoice.pk).update(reason="another"),
    lambda invoice: Invoice.objects.update(keep_until=LONG_AGO),
    lambda invoice: Invoice.objects.bulk_update([invoice], ["reason"]),
    lambda invoice: invoice.save(),
    lambda invoice: sql("UPDATE billing_invoice SET gross_cents = gross_cents"),
    lambda invoice: sql("DELETE FROM billing_invoice"),
    lambda invoice: invoice.delete(),
    lambda invoice: Invoice.objects.all()._raw_delete("default"),
    lambda invoice: InvoiceFile.objects.update(sha256="1" * 64),
    lambda invoice: invoice.files.all().delete(),
    lambda invoice: sql("DELETE FROM billing_invoicefile"),
]


@pytest.mark.parametrize("way", WAYS)
def test_issued_invoice_cannot_be_changed_or_deleted(way: Callable[[Invoice], object]) -> None:
    invoice = with_file(make_invoice())
    before = [*Invoice.objects.values(), *InvoiceFile.objects.values()]
    assert len(before) == 2
    with pytest.raises(IntegrityError, match="what was issued never changes"), transaction.atomic():
        way(invoice)
    assert [*Invoice.objects.values(), *InvoiceFile.objects.values()] == before


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL has no REPLACE")
def test_issued_invoice_cannot_be_replaced() -> None:
    make_invoice()
    with pytest.raises(IntegrityError, match="what was issued never changes"), transaction.atomic():
        sql("REPLACE INTO billing_invoice SELECT * FROM billing_invoice")


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["billing_invoice", "billing_invoicefile"])
def test_issued_invoice_cannot_be_truncated(table: str) -> None:
    sql(f"TRUNCATE {table} CASCADE")  # empty
    with_file(make_invoice())
    with pytest.raises(IntegrityError, match="what was issued never changes"):
        sql(f"TRUNCATE {table} CASCADE")
    assert (Invoice.objects.count(), InvoiceFile.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_flush_empties_a_shop_without_invoices_and_no_other() -> None:
    subscription = make_subscription()
    call_command("flush", interactive=False, verbosity=0)
    assert not type(subscription).objects.exists()
    assert triggers_refuse_nothing_else()


def triggers_refuse_nothing_else() -> bool:
    return not Invoice.objects.exists()


def test_triggers_that_a_migration_has_dropped_come_back() -> None:
    invoice = make_invoice()
    on_table = " ON billing_invoice" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER invoice_kept_updated{on_table}")
    Invoice.objects.update(reason="possible")
    create_missing_triggers(using="default")
    create_missing_triggers(using="default")
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.filter(pk=invoice.pk).update(reason="not any more")


def test_invoice_that_was_kept_long_enough_is_deleted_with_all_that_hangs_on_it() -> None:
    subscription = make_subscription()
    old = with_file(make_invoice(subscription, keep_until=LONG_AGO))
    kept = with_file(make_invoice(subscription))
    today = timezone.localdate()
    for invoice in (old, kept):
        Payment.objects.create(invoice=invoice, amount_cents=1, paid_on=today)
        Refund.objects.create(invoice=invoice, amount_cents=1, due_since=today)
    delete_kept_long_enough(beat)
    for model in (Payment, Refund, InvoiceFile, InvoiceDispatch):
        assert [each.invoice for each in model.objects.all()] == [kept]
    assert list(Invoice.objects.all()) == [kept]


def test_invoice_is_kept_to_the_end_of_its_last_day() -> None:
    today = timezone.localdate()
    make_invoice(keep_until=today)
    delete_kept_long_enough(beat)
    assert Invoice.objects.count() == 1


def test_invoice_stays_as_long_as_a_credit_note_that_corrects_it() -> None:
    old = make_invoice(keep_until=LONG_AGO)
    note = credit(old, make_staff(), reason="A mistake.")
    delete_kept_long_enough(beat)
    assert set(Invoice.objects.all()) == {old, note}


def test_credit_note_goes_with_its_invoice(settings: Settings) -> None:
    settings.KEEP_INVOICES_YEARS = -2
    old = make_invoice(keep_until=LONG_AGO)
    credit(old, make_staff(), reason="A mistake.")
    delete_kept_long_enough(beat)
    assert not Invoice.objects.exists()
