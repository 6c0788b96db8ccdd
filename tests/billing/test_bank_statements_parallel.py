"""Staff at once: one takes an import back while others assign what is left of it."""

from contextlib import suppress

import pytest

from shop.billing.bank_statements import AssignError, assign, import_statement, undo_import
from shop.billing.ledger import BankEntry, Payment
from tests.billing.statements import camt
from tests.factories import make_invoice, make_seller, make_staff, make_subscription
from tests.orders.test_parallel import CALLERS, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_no_payment_outlives_an_import_that_was_undone() -> None:
    make_seller()
    subscription, staff = make_subscription(), make_staff("billing")
    invoices = [make_invoice(subscription) for _ in range(CALLERS)]
    statement = import_statement(camt("for you"), "november.xml", staff)
    entry = BankEntry.objects.get(statement=statement)

    def call(number: int) -> None:
        if not number:
            undo_import(statement, staff)
            return
        with suppress(AssignError):
            assign(entry, invoices[number], staff, amount_cents=1)

    at_once(call)
    assert not Payment.objects.filter(undone_at=None).exists()
