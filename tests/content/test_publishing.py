"""Every change of a legal page is a new version."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.utils import timezone

from shop.content.models import Page, Version
from shop.content.publishing import newest, publish, scheduled, unschedule
from shop.orders.basket import current_terms
from tests.clock import clock_at

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


def test_scheduled_version_is_current_from_its_moment_on() -> None:
    before, begins = newest("terms"), timezone.now() + timedelta(days=2)
    to_come = publish(terms(), NEW, begins)
    assert (newest("terms"), scheduled("terms"), scheduled("privacy")) == (before, to_come, None)
    with clock_at(begins):
        assert (newest("terms"), scheduled("terms")) == (to_come, None)
        assert to_come.since == begins


def test_scheduled_version_is_replaced_by_what_is_published_before_it() -> None:
    publish(terms(), NEW, timezone.now() + timedelta(days=2))
    published = publish(terms(), NEW | {"text_en": "At once."})
    assert (published.number, newest("terms"), scheduled("terms")) == (2, published, None)


def test_only_a_version_to_come_is_taken_back() -> None:
    begins = timezone.now() + timedelta(days=2)
    publish(terms(), NEW, begins)
    with clock_at(begins):
        assert not unschedule(terms())
        assert newest("terms").number == 2
    assert unschedule(terms())
    assert newest("terms").number == 1


def test_consent_is_asked_for_the_scheduled_terms_from_their_moment_on() -> None:
    before, begins = current_terms(), timezone.now() + timedelta(days=2)
    to_come = publish(terms(), NEW, begins)
    assert current_terms() == before
    with clock_at(begins):
        assert current_terms() == to_come
