"""The legal pages that visitors can open: two of them only where private persons may order."""

from shop.content.models import Page
from shop.customers import sells_to_everyone

FOR_PRIVATE_PERSONS = frozenset({Page.Slug.WITHDRAWAL, Page.Slug.WITHDRAWAL_FORM})


def shown_slugs() -> list[Page.Slug]:
    """Return the slugs of the pages that are there under the setting CUSTOMERS."""
    everyone = sells_to_everyone()
    return [slug for slug in Page.Slug if everyone or slug not in FOR_PRIVATE_PERSONS]
