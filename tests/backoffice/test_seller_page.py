"""The seller and the rates of VAT in the back office: checked, complete or not, in the history."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop.catalogue.seller import Seller, VatRate
from shop.notifications.emails.models import Message
from tests.accounts.factors import by_password_and_app
from tests.backoffice.test_recent_factor import age
from tests.factories import SELLER, make_seller, make_staff
from tests.pages import error_beside, html, shown, visitor, words

pytestmark = pytest.mark.django_db

PAGE, CHANGE, RATES = "/staff/seller/", "/staff/seller/change/", "/staff/seller/rates/"
IBAN = "DE75512108001245126199"


def form(**changes: Any) -> dict[str, Any]:
    return {**SELLER, "due_days": 14, "currency": "EUR", **changes}


def test_page_says_what_invoices_still_need() -> None:
    Seller.objects.update(legal_name="", iban="", vat_id="", tax_number="")
    browser = visitor(make_staff("viewer"))
    page = words(browser.get(PAGE))
    assert "No invoices are issued until this is filled in:" in page
    for label in ("Legal name", "IBAN", "VAT ID"):
        assert label in page.partition("filled in:")[2].partition("Seller")[0]
    make_seller()
    complete = words(browser.get(PAGE))
    assert "No invoices are issued" not in complete
    assert SELLER["legal_name"] in complete


def test_changed_seller_is_stored_told_and_in_the_history() -> None:
    make_seller()
    chief, clerk = make_staff(), make_staff("billing")
    browser = visitor(clerk)
    answer = browser.post(CHANGE, form(iban=f" {IBAN.lower()}", city="Köln"), follow=True)
    assert Seller.objects.values_list("iban", "city").get() == (IBAN, "Köln")
    history = words(answer).partition("History")[2]
    assert f"City: {SELLER['city']} → Köln" in history
    assert clerk.get_full_name() in history
    assert [mail.recipient for mail in Message.objects.filter(kind="iban")] == [chief.email]


def test_wrong_value_is_refused_beside_it_and_nothing_is_lost() -> None:
    make_seller()
    page = visitor(make_staff("billing")).post(CHANGE, form(iban="DE00", city="Köln"))
    assert page.status_code == 422
    assert "This is no IBAN" in error_beside(page, "iban")
    assert "Köln" in html(page)
    assert Seller.objects.get().city == SELLER["city"]


def test_change_asks_for_the_factor_again(settings: Settings) -> None:
    make_seller()
    settings.DEMO = False
    browser = by_password_and_app(make_staff("billing"))
    age(browser, 301)
    assert browser.get(PAGE).status_code == 200
    answer = browser.post(CHANGE, form(city="Köln"))
    assert answer.headers["Location"].startswith("/account/2fa/reauthenticate/")
    assert Seller.objects.get().city == SELLER["city"]
    age(browser, -301)
    assert browser.post(CHANGE, form(city="Köln")).status_code == 302
    assert Seller.objects.get().city == "Köln"


def test_rate_is_added_from_today_or_later_and_removed_before_it_counts() -> None:
    browser, tomorrow = visitor(make_staff("billing")), timezone.localdate() + timedelta(days=1)
    new = {"country": "DE", "valid_from": tomorrow.isoformat(), "rate": "20"}
    past = browser.post(RATES, new | {"valid_from": "2026-01-01"})
    assert past.status_code == 422
    assert "rates of the past do not change" in words(past)
    number = VatRate.objects.count()
    assert browser.post(RATES, new).status_code == 302
    assert browser.post(RATES, new).status_code == 422  # once a day
    added = VatRate.objects.get(country="DE", valid_from=tomorrow)
    assert (added.rate, VatRate.objects.count()) == (Decimal(20), number + 1)
    assert f"{shown(tomorrow, 'SHORT_DATE_FORMAT')} to come Remove" in words(browser.get(PAGE))
    counting = VatRate.objects.get(country="DE", rate=19)
    assert browser.post(f"{RATES}{counting.pk}/remove/").status_code == 404
    page = words(browser.get(f"{RATES}{added.pk}/remove/"))
    assert "The previous rate continues to apply." in page
    browser.post(f"{RATES}{added.pk}/remove/")
    assert VatRate.objects.count() == number
    assert VatRate.objects.filter(pk=counting.pk).exists()
