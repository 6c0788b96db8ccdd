"""Figures, quotes and references: shown on the start page while staff list some."""

import pytest
from pytest_django import DjangoAssertNumQueries

from shop.content.demo_proof import add_demo_proof
from shop.content.models import Figure, Quote, Reference
from shop.content.proof import listed_proof
from tests.pages import assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db


def figure(**fields: object) -> Figure:
    texts = {"number_de": "1.200", "number_en": "1,200"}
    names = {"meaning_de": "Filme", "meaning_en": "films"}
    return Figure.objects.create(**{**texts, **names, **fields})


def test_shop_ships_no_proof() -> None:
    assert not listed_proof()
    assert not [model for model in (Figure, Quote, Reference) if model.objects.exists()]
    page = html(visitor().get("/"))
    add_demo_proof()
    assert_left_out('class="proof"', there=html(visitor().get("/")), here=page)


def test_start_page_shows_figures_quotes_and_references_in_the_readers_language() -> None:
    add_demo_proof()
    english, german = (words(visitor(language=each).get("/")) for each in ("en", "de"))
    assert "productions a year 140" in english
    assert "Produktionen im Jahr 140" in german
    assert "“Our client watches the takes in the browser" in english
    assert "„Unser Kunde sieht die Takes am selben Abend im Browser" in german
    assert "Miriam Adler Production manager, Kaltental Film" in english
    assert "Miriam Adler Produktionsleiterin, Kaltental Film" in german
    assert "Postwerk Isarauen Post-production" in english


def test_demo_adds_its_proof_once_and_never_to_that_of_staff() -> None:
    figure(listed=False)
    add_demo_proof()
    assert (Figure.objects.count(), Quote.objects.count()) == (1, 0)
    Figure.objects.all().delete()
    add_demo_proof()
    add_demo_proof()
    assert (Figure.objects.count(), Quote.objects.count(), Reference.objects.count()) == (3, 3, 4)


def test_rows_are_shown_in_their_order_while_listed() -> None:
    last, first = figure(position=2), figure(position=1, meaning_en="series")
    figure(position=0, meaning_en="secrets", listed=False)
    assert listed_proof().figures == [first, last]
    assert "series 1,200 films 1,200" in words(visitor().get("/"))
    first.listed = False
    first.save()
    assert listed_proof().figures == [last]
    assert "series" not in words(visitor().get("/"))


def test_proof_is_read_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    figure()
    with django_assert_num_queries(3):  # figures, quotes, references
        assert listed_proof()
    with django_assert_num_queries(0):
        assert listed_proof()
