"""`manage.py check` says what the seller lacks, outside the demo."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from tests.factories import make_seller
from tests.test_settings import PRODUCTION, manage


def told() -> list[tuple[str | None, str]]:
    return [(each.id, each.msg) for each in run_checks(tags=["billing"])]


@pytest.mark.django_db
def test_check_names_what_invoices_need(settings: Settings) -> None:
    assert told() == []
    settings.DEMO = False
    start = "No invoice is issued before the seller is complete. Please fill in at "
    shipped = "legal_name, street, postal_code, city, email, iban, vat_id."
    assert told() == [("billing.W001", f"{start}/staff/seller/: {shipped}")]
    make_seller(iban="")
    assert told() == [("billing.W001", f"{start}/staff/seller/: iban.")]
    make_seller()
    assert told() == []


@pytest.mark.once
def test_check_before_migrating_tells_nothing_of_the_seller(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", **PRODUCTION)
    assert result.returncode == 0
    assert "billing.W001" not in result.stderr
