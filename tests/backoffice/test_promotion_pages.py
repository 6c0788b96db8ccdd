"""Promotion codes in the back office: their use, their days, switching one off."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotions import find_promotion
from shop.orders.models import Order
from tests.backoffice.forms_of import form_of, queries_of
from tests.factories import make_order, make_staff
from tests.pages import assert_left_out, error_beside, html, part, summary, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/promotions/"
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def browser() -> Client:
    return visitor(make_staff("admin"))


def make_code(code: str = "MAI", **fields: Any) -> Promotion:
    return Promotion.objects.create(
        **{"code": code, "name": f"For {code}", "percent": 10, **fields}
    )


def path_of(promotion: Promotion) -> str:
    return f"{LIST}{promotion.pk}/"


def tier() -> Product:
    return Product.objects.get(code="s")


def test_list_counts_the_orders_of_a_code_however_it_was_typed(browser: Client) -> None:
    make_code()
    make_code("SOMMER")
    for typed in ("MAI", "mai", "Mai"):
        make_order(promo_code=typed)
    cancelled = make_order(promo_code="MAI")
    Order.objects.filter(pk=cancelled.pk).update(state="cancelled")
    make_order(promo_code="sommer")
    page = words(browser.get(LIST))
    # Of 49 euros a tenth; the cancelled order counts as a use and takes nothing off.
    assert re.search(r"MAI For MAI 10 % – – 4 €14\.70 \d+ Nov|MAI For MAI 10 % – – 4 €14\.70", page)
    assert "SOMMER For SOMMER 10 % – – 1 €4.90" in page


def test_list_takes_as_many_queries_for_many_codes(browser: Client) -> None:
    make_code("ONE")
    before = queries_of(browser, LIST)
    for number in range(30):
        make_code(f"CODE{number}")
    make_order(promo_code="CODE7")
    assert queries_of(browser, LIST) == before


def test_code_counts_to_the_end_of_its_last_day(browser: Client) -> None:
    form = form_of(browser.get(f"{LIST}new/")) | {
        "code": "MAI", "name": "Mai", "percent": "10", "first_day": "2026-05-01",
        "last_day": "2026-05-31", "months": "3",
    }  # fmt: skip
    form.pop("tiers", None)
    assert browser.post(f"{LIST}new/", form).status_code == 302
    made = Promotion.objects.get()
    assert made.valid_from == datetime(2026, 5, 1, tzinfo=BERLIN)
    assert made.valid_until == datetime(2026, 5, 31, 23, 59, 59, tzinfo=BERLIN)
    assert (made.months, made.amount_cents, list(made.tiers.all())) == (3, None, [])


def test_moment_that_was_stored_stays_while_its_day_does(browser: Client) -> None:
    began = timezone.now() - timedelta(days=3)
    promotion = make_code(valid_from=began)
    form = form_of(browser.get(path_of(promotion))) | {"name": "New"}
    form.pop("tiers", None)
    assert browser.post(path_of(promotion), form).status_code == 302
    promotion.refresh_from_db()
    assert (promotion.name, promotion.valid_from) == ("New", began)


def test_amount_is_typed_in_euros_and_an_ambiguous_one_is_refused(browser: Client) -> None:
    form = form_of(browser.get(f"{LIST}new/")) | {"code": "MAI", "name": "Mai"}
    form.pop("tiers", None)
    page = browser.post(f"{LIST}new/", form | {"amount_cents": "1.000"})
    assert page.status_code == 422
    assert "Amount off: Please write the price like 49 or 49,00" in summary(page)
    page = browser.post(f"{LIST}new/", form)
    assert "Give a percentage or an amount, one of the two." in summary(page)
    assert not Promotion.objects.exists()
    browser.post(f"{LIST}new/", form | {"amount_cents": "5,50"})
    assert Promotion.objects.get().amount_cents == 550


def test_code_that_differs_by_case_alone_is_refused_beside_it(browser: Client) -> None:
    make_code()
    form = form_of(browser.get(f"{LIST}new/")) | {"code": "mai", "name": "x", "percent": "5"}
    form.pop("tiers", None)
    page = browser.post(f"{LIST}new/", form)
    assert "differs from this one by case or blanks alone" in error_beside(page, "code")
    assert Promotion.objects.count() == 1


def test_last_day_before_the_first_is_refused(browser: Client) -> None:
    form = form_of(browser.get(f"{LIST}new/")) | {
        "code": "MAI", "name": "x", "percent": "5", "first_day": "2026-05-02",
        "last_day": "2026-05-01",
    }  # fmt: skip
    form.pop("tiers", None)
    page = browser.post(f"{LIST}new/", form)
    assert error_beside(page, "last_day") == "Choose the first day, or a later one."


def test_code_that_was_used_cannot_be_renamed_and_the_form_says_why(browser: Client) -> None:
    promotion = make_code()
    page = browser.get(path_of(promotion))
    assert "cannot be changed any more" not in words(page)
    Promotion.objects.update(uses=1)
    page = browser.get(path_of(promotion))
    assert "Orders were placed with this code, so it cannot be changed any more." in words(page)
    form = form_of(page) | {"code": "HERBST", "name": "Herbst"}
    form.pop("tiers", None)
    browser.post(path_of(promotion), form)
    promotion.refresh_from_db()
    assert (promotion.code, promotion.name) == ("MAI", "Herbst")


def test_code_that_is_switched_off_is_refused_until_undo(browser: Client) -> None:
    promotion, other = make_code(), make_code("SOMMER")
    assert find_promotion("mai", tier()) == promotion
    page = browser.post(f"{path_of(promotion)}off/", follow=True)
    assert "The code MAI is switched off." in words(page)
    assert find_promotion("mai", tier()) is None
    assert find_promotion("sommer", tier()) == other
    assert "switched off" in part(page, "<h1", "</h1>")
    token = re.search(r'name="undo" value="([^"]+)"', html(page))
    assert token
    browser.post("/staff/undo/", {"undo": token[1], "next": path_of(promotion)})
    assert find_promotion("mai", tier()) == promotion
    told = part(browser.get(path_of(promotion)), 'class="timeline"', "</ol>")
    assert told.index("switched on") < told.index("switched off")


def test_customer_is_told_that_a_code_was_switched_off(browser: Client) -> None:
    from tests.pages import at_checkout

    promotion = make_code()
    buyer, form = at_checkout()
    code = form | {"promo_code": "MAI", "apply": "1"}
    there = words(buyer.post("/checkout/", code, follow=True))
    browser.post(f"{path_of(promotion)}off/")
    buyer, form = at_checkout()
    code = form | {"promo_code": "MAI", "apply": "1"}
    here = words(buyer.post("/checkout/", code, follow=True))
    assert "This code is no longer valid." in here
    assert_left_out("This code is no longer valid.", there=here, here=there)


def test_page_of_a_code_lists_its_newest_orders_alone(browser: Client) -> None:
    promotion = make_code()
    make_code("SOMMER")
    mine, other = make_order(promo_code="mai"), make_order(promo_code="SOMMER")
    page = words(browser.get(path_of(promotion)))
    assert_left_out(str(other.order_number), there=str(other.order_number), here=page)
    assert str(mine.order_number) in page
    assert "Total discount on first invoices €4.90" in page


def test_tiers_of_a_code_are_named_in_its_history(browser: Client) -> None:
    promotion = make_code()
    form: dict[str, Any] = form_of(browser.get(path_of(promotion)))
    numbers = [str(Product.objects.get(code=code).pk) for code in ("s", "m")]
    browser.post(path_of(promotion), form | {"tiers": numbers})
    assert {each.code for each in promotion.tiers.all()} == {"s", "m"}
    assert "Tiers: – → S and M" in part(
        browser.get(path_of(promotion)), 'class="timeline"', "</ol>"
    )


def test_percentage_is_written_and_read_as_the_language_does() -> None:
    promotion = make_code(percent="12.50")
    browser = visitor(make_staff("admin"), "de")
    form = form_of(browser.get(path_of(promotion)))
    assert form["percent"] == "12,50"
    form.pop("tiers", None)
    assert browser.post(path_of(promotion), form | {"percent": "7,5"}).status_code == 302
    promotion.refresh_from_db()
    assert promotion.percent == Decimal("7.5")
