"""Consent to the terms: which version, and when. It belongs to the basket, not to the document."""

from django.utils import timezone

from shop.content.models import Page, Version
from shop.content.publishing import newest
from shop.orders.models import Basket


class NoConsentError(Exception):
    """The basket holds no consent to the terms as they are now."""


def current_terms() -> Version:
    """What there is to agree to."""
    return newest(Page.Slug.TERMS)


def put_consent(basket: Basket, agreed: Version | None) -> None:
    """Keep that whoever orders agrees to this version at this moment; None takes it back."""
    basket.terms = agreed
    basket.agreed_at = timezone.now() if agreed else None


def check_consent(basket: Basket) -> None:
    """Whether `basket` holds consent to the terms as they are now. Raises NotAgreed."""
    if basket.terms_id != current_terms().pk:
        raise NoConsentError
