"""Every change of a legal page is a new version."""

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

from shop.content.models import Page, Version
from shop.content.publishing import newest, publish

pytestmark = pytest.mark.django_db

NEW = {"title_de": "AGB", "title_en": "Terms", "text_de": "Neu.", "text_en": "New."}


def terms() -> Page:
    return Page.objects.get(pk="terms")


@pytest.mark.parametrize("slug", Page.Slug.values)
def test_shipped_page_has_a_first_version_in_both_languages(slug: str) -> None:
    version = newest(slug)
    assert version.number == 1
    assert all((version.title_de, version.title_en, version.text_de, version.text_en))


def test_changed_text_is_the_next_version_and_the_old_one_stays() -> None:
    before = newest("terms")
    published = publish(terms(), NEW)
    assert (published.number, published.text_de, published.text_en) == (2, "Neu.", "New.")
    assert newest("terms") == published
    assert Version.objects.get(page="terms", number=1).text_de == before.text_de
    assert newest("privacy").number == 1


@pytest.mark.parametrize("member", NEW)
def test_change_of_any_text_counts(member: str) -> None:
    publish(terms(), NEW)
    assert publish(terms(), NEW | {member: "Anders."}).number == 3


def test_text_saved_unchanged_is_no_new_version() -> None:
    first = publish(terms(), NEW)
    assert publish(terms(), NEW) == first
    assert Version.objects.filter(page="terms").count() == 2


def test_version_is_never_changed() -> None:
    version = newest("terms")
    version.text_de = "Anders."
    with pytest.raises(TypeError, match="never changed"):
        version.save()


def test_number_is_given_once_a_page() -> None:
    with pytest.raises(IntegrityError):
        Version.objects.create(page=terms(), number=1, **NEW)


def test_page_with_versions_cannot_be_deleted() -> None:
    with pytest.raises(ProtectedError):
        terms().delete()
