"""Promotion codes: validity, discount, number of uses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from shop.catalogue.models import Product, Promotion
from shop.catalogue.promotion_codes import canonical_code
from shop.catalogue.promotions import discount, find_promotion, use
from shop.orders.document import InvalidDocumentError
from shop.orders.models import Order
from tests.factories import bystander, make_order

pytestmark = pytest.mark.django_db

MOMENT = timedelta(minutes=1)
BERLIN = ZoneInfo("Europe/Berlin")
promotion_keys = import_module("shop.catalogue.migrations.0003_promotion_key")


def make_promotion(**fields: Any) -> Promotion:
    """A code that is good now, for every tier, unless `fields` say otherwise."""
    off = {} if "amount_cents" in fields else {"percent": Decimal(10)}
    return Promotion.objects.create(**{"code": "SPRING", "name": "Spring of film", **off, **fields})


def found(code: str = "SPRING", tier: str = "s") -> Promotion | None:
    return find_promotion(code, Product.objects.get(code=tier))


def test_code_is_found_whatever_its_case_blanks_and_invisible_signs() -> None:
    promotion = make_promotion()
    make_promotion(code="SUMMER")
    for spelling in (
        *("SPRING", "spring", "Spring", " SPRING\t", "SPR ING", "SPRING\u200b", "\ufeffspring"),
        *("spr\xadi\u2060ng", "\uff33\uff30\uff32\uff29\uff2e\uff27", "SPRING\xa0", "\u202eSPRING"),
        *("SPR\u3164ING", "SPRING\ufe0f", "\u115fspring", "spr\u034fing", "SPRING\U000e0001"),
    ):
        assert found(spelling) == promotion, repr(spelling)
    for other in ("SPRIN", "SPRINGS", "", " ", "%", "SPRIN_", "SPR-ING"):
        assert found(other) is None


def test_code_that_staff_made_with_signs_nobody_can_type_is_found() -> None:
    promotion = make_promotion(code="Gr\xfc\xdfe\xa0\u200bAUS Berlin")
    for spelling in ("GR\xdcSSE AUS BERLIN", "gru\u0308\xdfeausberlin"):
        assert found(spelling) == promotion


@given(st.text(max_size=20))
@example("O\xaf")
def test_canonical_code_is_its_own_canonical_code(typed: str) -> None:
    code = canonical_code(typed)
    assert canonical_code(code) == code
    assert canonical_code(f" \u200b{typed}\xa0") == code


def keyless(code: str, **fields: Any) -> Promotion:
    """A code as the version before has written it."""
    promotion = make_promotion(code=code, **fields)
    Promotion.objects.filter(pk=promotion.pk).update(key=None)
    promotion.refresh_from_db()
    return promotion


def test_old_codes_get_their_keys_and_of_two_alike_the_oldest_that_is_good() -> None:
    yesterday = timezone.now() - timedelta(days=1)
    ended = keyless("leer", valid_until=yesterday)
    good = keyless("LEER")
    later = keyless("Le Er")
    used_up = keyless("mai", max_uses=1, uses=1)
    other = keyless("MAI")
    hidden = keyless("HERBST\ufe0f")
    with bystander():
        promotion_keys.fill_keys(apps, connection.schema_editor())
    keys = dict(Promotion.objects.values_list("code", "key"))
    assert keys == {
        "leer": None,
        "LEER": "leer",
        "Le Er": None,
        "mai": None,
        "MAI": "mai",
        "HERBST\ufe0f": "herbst",
        "BYSTANDER": "bystander",
    }
    # The exact spelling of each goes on to be what it was.
    assert [found(code) for code in ("LEER", "Le Er", "leer", "LeEr", "mai", "Mai")] == [
        *(good, later, good, good, other, other)
    ]
    assert found("Herbst") == hidden
    assert ended.key is None
    assert used_up.key is None


def test_code_of_the_version_before_is_found_as_typed() -> None:
    promotion = keyless("SPRING")
    assert found() == promotion
    assert found("spring") is None


def test_new_code_must_differ_by_more_than_case() -> None:
    make_promotion()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_promotion(code="Spr ing")
    with pytest.raises(ValidationError) as refused:
        Promotion(code="spring\u200b", name="x", percent=5).full_clean()
    assert list(refused.value.message_dict) == ["code"]
    with pytest.raises(ValidationError, match="that people can type"):
        Promotion(code="\u200b\u2060", name="x", percent=5).full_clean()


def test_old_code_like_another_can_be_ended_and_renamed() -> None:
    old = keyless("spring")
    make_promotion()
    old.valid_until = timezone.now()
    old.full_clean()
    old.save()
    assert Promotion.objects.get(pk=old.pk).key is None
    old.code = "autumn"
    old.full_clean()
    old.save()
    assert Promotion.objects.get(pk=old.pk).key == "autumn"


@pytest.mark.parametrize("last", [
    datetime(2026, 11, 28, 23, 59, 59, tzinfo=BERLIN),
    datetime(2026, 3, 29, 23, 59, 59, tzinfo=BERLIN),  # 23 hours long
    datetime(2026, 10, 25, 23, 59, 59, tzinfo=BERLIN),  # 25 hours long
])  # fmt: skip
def test_code_is_good_through_the_last_second_of_its_day(
    last: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_promotion(valid_from=last - timedelta(days=2), valid_until=last)
    for microseconds, good in ((0, True), (999_999, True), (1_000_000, False)):
        now = last.astimezone(UTC) + timedelta(microseconds=microseconds)
        monkeypatch.setattr(timezone, "now", lambda at=now: at)
        assert (found() is not None) is good


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
    order = make_order(promo_code=" spring")
    order.refresh_from_db()
    assert (order.net_cents, order.discount_cents, order.gross_cents) == (4287, 613, 5102)
    assert order.promo_code == " spring"
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
