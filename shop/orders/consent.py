"""Consent to the terms, kept with the basket: which version, and when."""

from django.utils import timezone

from shop.content.models import Page, Version
from shop.content.publishing import newest
from shop.orders.models import Basket


class NoConsentError(Exception):
    """The basket holds no consent to the current terms."""


def current_terms() -> Version:
    """The version of the terms to agree to now."""
    return newest(Page.Slug.TERMS)


def put_consent(basket: Basket, agreed: Version | None) -> None:
    """Record consent to the version `agreed`, as of now; None withdraws it."""
    basket.terms = agreed
    basket.agreed_at = timezone.now() if agreed else None


def check_consent(basket: Basket) -> None:
    """Raise NoConsentError unless `basket` holds consent to the current terms."""
    if basket.terms_id != current_terms().pk:
        raise NoConsentError
