"""The nine tiers the shop ships with, their prices and texts."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from shop.catalogue.listed_tiers import LISTED
from shop.catalogue.models import Product
from shop.catalogue.prices import gross
from shop.catalogue.templatetags.money import money

SHIPPED = {
    "Starter": ("starter", "film"),
    "Commercial": ("commercial", "film"),
    "Studio": ("studio", "film"),
    "Dailies": ("dailies", "film"),
    "Yamdu FREE": ("yamdu-free", "free"),
    "s": ("s", "size"),
    "m": ("m", "size"),
    "l": ("l", "size"),
    "xl": ("xl", "size"),
}


@pytest.mark.django_db
def test_nine_tiers_are_shipped() -> None:
    found = Product.objects.values_list("code", "slug", "family")
    assert {code: (slug, family) for code, slug, family in found} == SHIPPED
    assert Product.objects.filter(listed=True).count() == 9


@pytest.mark.django_db
def test_xl_and_studio_are_packed_by_hand_and_no_others() -> None:
    assert {product.code for product in Product.objects.all() if product.is_manual} == {
        "xl",
        "Studio",
    }


@pytest.mark.django_db
def test_free_tier_costs_nothing_and_no_other() -> None:
    assert [product.code for product in Product.objects.all() if product.is_free] == ["Yamdu FREE"]
    assert Product.objects.get(code="Yamdu FREE").gross_cents == 0


@pytest.mark.django_db
def test_tiers_are_in_euros_with_the_vat_of_the_seller_who_is_german_at_first() -> None:
    found = {(tier.currency, tier.vat_rate) for tier in Product.objects.all()}
    assert found == {("EUR", Decimal(19))}
    assert {(tier.currency, tier.vat_rate) for tier in LISTED.all()} == found


@pytest.mark.django_db
def test_larger_sizes_cost_more_and_take_more_members() -> None:
    sizes = list(Product.objects.filter(family="size"))
    assert [product.code for product in sizes] == ["s", "m", "l", "xl"]
    assert [p.net_cents for p in sizes] == sorted({p.net_cents for p in sizes})
    assert [p.members for p in sizes] == sorted({p.members for p in sizes})


@pytest.mark.django_db
@pytest.mark.parametrize("code", SHIPPED)
def test_texts_of_a_tier_are_there_in_both_languages(code: str) -> None:
    product = Product.objects.get(code=code)
    with override("de"):
        german = (product.promise, product.features)
    with override("en"):
        english = (product.promise, product.features)
    assert german[0] != english[0]
    assert len(german[1]) == len(english[1]) == len(product.included) + 1
    assert all(text.strip() for text in (german[0], english[0], *german[1], *english[1]))


@pytest.mark.django_db
@pytest.mark.parametrize("code", SHIPPED)
def test_features_begin_with_the_number_of_members_the_tier_has(code: str) -> None:
    product = Product.objects.get(code=code)
    assert product.features[0] == f"{product.members} members"
    with override("de"):
        assert product.features[0] == f"{product.members} Mitglieder"


@pytest.mark.django_db
def test_m_alone_is_recommended_at_first() -> None:
    assert [product.code for product in Product.objects.all() if product.recommended] == ["m"]


@pytest.mark.django_db
def test_recommendation_moves_to_the_tier_that_is_saved_with_it() -> None:
    tier = Product.objects.get(code="s")
    tier.is_recommended = True
    tier.save()
    assert [product.code for product in Product.objects.all() if product.recommended] == ["s"]
    tier.is_recommended = False
    tier.save()
    assert not Product.objects.exclude(is_recommended=None).exists()


@pytest.mark.django_db
def test_database_refuses_a_second_recommendation() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(code="s").update(is_recommended=True)
    assert Product.objects.get(is_recommended=True).code == "m"


@pytest.mark.django_db
def test_texts_follow_regional_variants_of_a_language() -> None:
    product = Product.objects.get(code="s")
    with override("en-gb"):
        assert product.promise == product.promise_en
    with override("de-at"):
        assert product.promise == product.promise_de


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("net", "rate", "expected"),
    [
        (4900, "19", 5831),
        (0, "19", 0),
        (1, "19", 1),
        (50, "19", 60),  # 59.5: half a cent goes up
        (150, "19", 179),  # 178.5: up, too, not to the even neighbour
        (10, "5", 11),  # 10.5
        (30, "5", 32),  # 31.5
        (99, "7", 106),  # 105.93
        (4900, "0", 4900),
        (1000, "7.70", 1077),
        (2**31 - 1, "19", 2_555_505_540),
    ],
)
def test_gross_price_is_rounded_half_up(net: int, rate: str, expected: int) -> None:
    assert gross(net, Decimal(rate)) == expected


@pytest.mark.parametrize(
    ("language", "cents", "expected"),
    [
        ("de", 5831, "58,31\N{NO-BREAK SPACE}€"),
        ("de", 0, "0,00\N{NO-BREAK SPACE}€"),
        ("de", 123_456_789, "1.234.567,89\N{NO-BREAK SPACE}€"),
        ("en", 5831, "€58.31"),
        ("en", 0, "€0.00"),
        ("en", 123_456_789, "€1,234,567.89"),
        ("en", 5, "€0.05"),
    ],
)
def test_money_is_written_as_the_reader_writes_it(language: str, cents: int, expected: str) -> None:
    with override(language):
        assert money(cents) == expected


def test_money_in_another_currency() -> None:
    with override("en"):
        assert money(5831, "USD") == "$58.31"
