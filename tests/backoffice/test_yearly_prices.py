"""Yearly prices of tiers in Django's admin."""

import re

import pytest

from shop.catalogue.models import Product
from tests.backoffice.tier_form import history, tier_form, tier_path
from tests.factories import make_staff
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["990", "990,00", "1188"])
def test_yearly_price_is_a_price_that_is_asked_for(typed: str) -> None:
    tier, browser = Product.objects.get(code="m"), visitor(make_staff("admin"))
    form = tier_form(tier, yearly_net_cents=typed)
    question = browser.post(tier_path(tier), form)
    assert "M: €99.00 → €99.00 (€" in words(question)
    assert " a year) net, from now on, for new orders" in words(question)
    (box,) = re.findall(r'name="confirmed_price" value="([^"]+)"', html(question))
    assert Product.objects.get(code="m").yearly_net_cents is None
    assert browser.post(tier_path(tier), form | {"confirmed_price": box}).status_code == 302
    cents = int(typed.split(",", maxsplit=1)[0]) * 100
    assert Product.objects.get(code="m").yearly_net_cents == cents
    assert f"Net price a year: – → {cents / 100:.2f}" in history(tier)


@pytest.mark.parametrize(
    ("code", "typed", "text"),
    [
        ("m", "1188,01", "A year must not cost more than twelve months."),
        ("m", "0", "Please leave it empty if the tier is not sold by the year."),
        ("Yamdu FREE", "10", "A free tier has no yearly price."),
        ("m", "1.000", "Please write the price like 49 or 49,00"),
    ],
)
def test_yearly_price_that_makes_no_sense_is_refused_beside_it(
    code: str, typed: str, text: str
) -> None:
    tier, browser = Product.objects.get(code=code), visitor(make_staff("admin"))
    page = browser.post(tier_path(tier), tier_form(tier, yearly_net_cents=typed))
    (error,) = page.context["adminform"].form.errors["yearly_net_cents"]
    assert error.startswith(text)
    assert Product.objects.get(code=code).yearly_net_cents is None
