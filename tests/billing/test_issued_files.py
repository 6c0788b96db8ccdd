"""Invoices and credit notes as the shop issues them keep the official rules of EN 16931."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from shop.billing.credit_notes import credit
from shop.billing.holds import Ready, Selling
from shop.billing.issuing import dispatch, new_invoice
from shop.billing.models import Invoice
from shop.billing.rendering import Rendered, render_all
from shop.billing.rest_credits import credit_rest
from shop.catalogue.seller import vat_seller
from shop.catalogue.vat import Vat, VatRule
from tests.billing.documents import LEITWEG_ID
from tests.billing.runs import running
from tests.billing.schematron import broken_rules
from tests.contract_factories import make_tier_change
from tests.factories import BILLING, make_seller, make_staff, make_subscription

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PRIVATE = {"customer_type": "private", "company": "", "name": "Amélie Lefèvre", "vat_id": ""}
# The buyer, the rule, the rate, and columns of the subscription.
KINDS: dict[str, tuple[dict[str, str], VatRule, int, dict[str, Any]]] = {
    "month": ({}, VatRule.DOMESTIC, 19, {}),
    "year": ({}, VatRule.DOMESTIC, 19, {"interval": "year"}),
    "discount": ({}, VatRule.DOMESTIC, 19, {"discount_cents": 1633, "promo_code": "BERLINALE"}),
    "authority": ({"reference": LEITWEG_ID, "vat_id": ""}, VatRule.DOMESTIC, 19, {}),
    "Vienna": ({"country": "AT", "vat_id": "ATU13585627"}, VatRule.REVERSE_CHARGE, 0, {}),
    "Lyon": ({"country": "FR", **PRIVATE}, VatRule.DESTINATION, 20, {"discount_cents": 1}),
    "Zürich": ({"country": "CH", "vat_id": "CHE123456788"}, VatRule.OUTSIDE_EU, 0, {}),
    "small business": ({}, VatRule.SMALL_BUSINESS, 0, {}),
}


def issue(name: str) -> Invoice:
    """Issue an invoice of the kind `name`, as the hourly job does."""
    buyer, rule, rate, columns = KINDS[name]
    subscription = make_subscription(billing=BILLING | buyer, **columns)
    profile = subscription.client.billing_profile
    ready = Ready(
        Selling(make_seller(), vat_seller()), profile, Vat(rule, Decimal(rate)), answer=None
    )
    with transaction.atomic():
        start = subscription.anchor_on
        invoice = new_invoice(subscription, ready, start, start)
        dispatch(invoice)
    return invoice


def of_a_change() -> Invoice:
    """The invoice by days of a change upwards: a negative line under a positive total."""
    make_seller()
    begun = timezone.localdate() - timedelta(days=15)
    change = make_tier_change(running(begun))
    assert change.invoice
    assert [each["net_cents"] < 0 for each in change.invoice.document["lines"]] == [False, True]
    return change.invoice


def of_an_end(name: str) -> Invoice:
    """The credit note of the days after the end of a contract, of an invoice of the kind `name`."""
    invoice = issue(name)
    invoice.subscription.ends_on = invoice.period_start + timedelta(days=9)
    credit_rest(invoice.subscription)
    note = invoice.credit_notes.get()
    assert (note.period_end - note.period_start).days < 28
    return note


def test_issued_invoices_and_credit_notes_keep_the_official_rules(tmp_path: Path) -> None:
    staff, issued = make_staff(), {}
    of_kinds = {name: issue(name) for name in KINDS} | {"change": of_a_change()}
    for name, invoice in of_kinds.items():
        issued[name] = invoice
        issued[f"{name}, part"] = credit(invoice, staff, reason="Ausfall", net_cents=1001)
        issued[f"{name}, rest"] = credit(invoice, staff, reason="Irrtum")
    issued["whole"] = credit(issue("discount"), staff, reason="Irrtum")
    issued["lines"] = credit(issue("discount"), staff, reason="Irrtum", lines=[0, 1])
    issued |= {f"end, {name}": of_an_end(name) for name in ("discount", "authority", "Vienna")}
    made = render_all(list(issued.values()))
    for name, files in zip(issued, made, strict=True):
        assert isinstance(files, Rendered), (name, files)
        (tmp_path / name).write_bytes(files.xml)
    broken = broken_rules([tmp_path / name for name in issued])
    allowed = ["Value of 'ram:ID' is not allowed."]  # the guideline of XRechnung
    assert broken == {name: allowed if "authority" in name else [] for name in issued}
