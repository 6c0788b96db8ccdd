"""A promotion code that is not taken says why, and one that counts only later says nothing."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shop.catalogue.models import Product, Promotion
from tests.pages import error_beside
from tests.storefront.checkout import UNKNOWN_CODE, send

pytestmark = pytest.mark.django_db


def told(code: str = "PREMIERE") -> str:
    """The error beside the code, in an order for S."""
    page = send(promo_code=code)
    assert page.status_code == 422
    return error_beside(page, "promo_code")


@pytest.fixture
def promotion() -> Promotion:
    """A code that is good for all tiers."""
    return Promotion.objects.create(code="PREMIERE", name="First film", percent=10)


def test_code_that_counts_is_not_refused(promotion: Promotion) -> None:
    assert send(promo_code="PREMIERE", quote_hash="another").status_code == 409
    assert promotion.uses == 0


def test_unknown_code(promotion: Promotion) -> None:
    assert told("PREMIERE2") == UNKNOWN_CODE


def test_code_that_counts_only_later_is_unknown(promotion: Promotion) -> None:
    Promotion.objects.update(valid_from=timezone.now() + timedelta(days=1))
    assert told() == UNKNOWN_CODE


def test_expired_code(promotion: Promotion) -> None:
    end = datetime(2026, 10, 31, 23, 30, tzinfo=timezone.get_default_timezone())
    Promotion.objects.update(valid_from=end - timedelta(days=9), valid_until=end)
    assert told() == "This code was valid until 31 October 2026."


def test_code_for_another_tier(promotion: Promotion) -> None:
    promotion.tiers.add(Product.objects.get(code="m"))
    assert told() == "This code is not valid for plan S."


def test_code_that_is_used_up(promotion: Promotion) -> None:
    Promotion.objects.update(max_uses=3, uses=3)
    assert told() == "This code has been used as often as it can be."
