"""Promotion codes: validity, discount, number of uses."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotions import discount, find_promotion, use
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order
from tests.factories import make_order

pytestmark = pytest.mark.django_db

MOMENT = timedelta(minutes=1)


def make_promotion(**fields: Any) -> Promotion:
    """A code that is good now, for every tier, unless `fields` say otherwise."""
    off = {} if "amount_cents" in fields else {"percent": Decimal(10)}
    return Promotion.objects.create(**{"code": "SPRING", "name": "Spring of film", **off, **fields})


def found(code: str = "SPRING", tier: str = "s") -> Promotion | None:
    return find_promotion(code, Product.objects.get(code=tier))


def test_code_is_found_by_its_exact_spelling() -> None:
    promotion = make_promotion()
    assert found() == promotion
    for other in ("spring", "Spring", "SPRING ", " SPRING", "SPRIN", "SPRINGS", "", "%", "SPRIN_"):
        assert found(other) is None


@pytest.mark.parametrize(("begins", "ends", "good"), [
    (-MOMENT, None, True),
    (-MOMENT, MOMENT, True),
    (MOMENT, None, False),
    (-2 * MOMENT, -MOMENT, False),
    (MOMENT, 2 * MOMENT, False),
])  # fmt: skip
def test_code_is_good_from_its_beginning_to_its_end(
    begins: timedelta, ends: timedelta | None, good: bool
) -> None:
    now = timezone.now()
    make_promotion(valid_from=now + begins, valid_until=now + ends if ends else None)
    assert (found() is not None) is good


def test_new_code_is_good_at_once() -> None:
    make_promotion()
    assert found()


@pytest.mark.parametrize(("tiers", "good"), [
    ([], ["s", "m", "Yamdu FREE"]),
    (["s"], ["s"]),
    (["s", "m"], ["s", "m"]),
])  # fmt: skip
def test_code_is_good_for_its_tiers_or_for_all(tiers: list[str], good: list[str]) -> None:
    make_promotion().tiers.set(Product.objects.filter(code__in=tiers))
    assert [code for code in ("s", "m", "Yamdu FREE") if found(tier=code)] == good


@pytest.mark.parametrize(("most", "uses", "good"), [
    (None, 0, True),
    (None, 10**6, True),
    (1, 0, True),
    (1, 1, False),
    (0, 0, False),
    (3, 2, True),
])  # fmt: skip
def test_code_is_good_while_there_are_uses_left(most: int | None, uses: int, good: bool) -> None:
    promotion = make_promotion(max_uses=most, uses=uses)
    assert (found() is not None) is good
    assert use(promotion) is good
    promotion.refresh_from_db()
    assert promotion.uses == uses + good


def test_last_use_is_taken_once_by_who_has_found_it_before() -> None:
    make_promotion(max_uses=2)
    first, second, third = found(), found(), found()
    assert first
    assert second
    assert third
    assert [use(first), use(second), use(third)] == [True, True, False]
    assert Promotion.objects.get().uses == 2


@pytest.mark.parametrize(("off", "net", "taken"), [
    ({"percent": "10"}, 4900, 490),
    ({"percent": "10"}, 0, 0),
    ({"percent": "10"}, 5, 1),  # half a cent is rounded up
    ({"percent": "10"}, 4, 0),
    ({"percent": "0.01"}, 4900, 0),
    ({"percent": "0.01"}, 5000, 1),
    ({"percent": "33.33"}, 4900, 1633),
    ({"percent": "100"}, 4900, 4900),
    ({"amount_cents": 1}, 4900, 1),
    ({"amount_cents": 4900}, 4900, 4900),
    ({"amount_cents": 4901}, 4900, 4900),
    ({"amount_cents": 1000}, 0, 0),
])  # fmt: skip
def test_discount_is_a_share_or_an_amount(off: dict[str, Any], net: int, taken: int) -> None:
    promotion = make_promotion(**off)
    promotion.refresh_from_db()
    assert discount(promotion, net) == taken


@given(
    percent=st.decimals("0.01", "100", places=2) | st.none(),
    amount=st.integers(1, 10**8),
    net=st.integers(0, 10**8),
)
def test_discount_is_never_more_than_the_price(
    percent: Decimal | None, amount: int, net: int
) -> None:
    promotion = Promotion(percent=percent, amount_cents=None if percent else amount)
    assert 0 <= discount(promotion, net) <= net


@pytest.mark.parametrize("off", [
    {"percent": 10, "amount_cents": 100},
    {"percent": None},
])  # fmt: skip
def test_code_is_a_share_or_an_amount_and_never_both(off: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Promotion.objects.create(code="SPRING", name="x", **off)
    with pytest.raises(ValidationError, match="Give a percentage or an amount"):
        Promotion(code="SPRING", name="x", **off).full_clean()


@pytest.mark.parametrize(("off", "member"), [
    ({"percent": 0}, "percent"),
    ({"percent": -1}, "percent"),
    ({"percent": 101}, "percent"),
    ({"amount_cents": 0}, "amount_cents"),
])  # fmt: skip
def test_staff_give_no_code_that_takes_nothing_or_too_much(
    off: dict[str, Any], member: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Promotion(code="SPRING", name="x", **off).full_clean()
    assert list(refused.value.message_dict) == [member]


def test_code_is_there_once_and_not_overused() -> None:
    promotion = make_promotion(max_uses=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_promotion()
    promotion.uses = 2
    with pytest.raises(IntegrityError), transaction.atomic():
        promotion.save()


def test_order_is_placed_at_the_reduced_price_and_counted() -> None:
    make_promotion(percent=Decimal("12.5"), max_uses=1)
    order = make_order(promo_code="SPRING")
    order.refresh_from_db()
    assert (order.net_cents, order.discount_cents, order.gross_cents) == (4287, 613, 5102)
    assert order.promo_code == "SPRING"
    assert Promotion.objects.get().uses == 1
    with pytest.raises(InvalidDocumentError) as refused:
        make_order(promo_code="SPRING")
    assert refused.value.errors == {"promo_code": ["is not valid now for this tier."]}
    assert Order.objects.count() == 1


def test_refused_order_does_not_count() -> None:
    make_promotion(max_uses=1)
    with pytest.raises(InvalidDocumentError):
        make_order(promo_code="SPRING", user_email="nobody")
    assert Promotion.objects.get().uses == 0
