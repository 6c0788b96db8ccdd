"""Staff edit legal pages in Django's admin, preview them, and look at old versions."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from shop.content.models import Page, Question
from shop.content.publishing import newest, publish
from tests.factories import make_user
from tests.pages import html, visitor, words

pytestmark = pytest.mark.django_db

FORM = "/staff/catalogue/content/page/terms/change/"
LIST = "/staff/catalogue/content/page/"
NEW = {"title_de": "AGB", "title_en": "Terms", "text_de": "Neu.", "text_en": "New."}


@pytest.fixture
def editor() -> Client:
    return visitor(make_user(is_staff=True, is_superuser=True))


def test_list_shows_the_pages_and_their_last_change(
    editor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):  # session, user, two counts, the pages
        page = editor.get(LIST)
    for name in ("Imprint", "Privacy", "Terms"):
        assert name in words(page)


def test_form_begins_with_what_the_page_says(editor: Client) -> None:
    page = editor.get(FORM)
    assert newest("terms").text_en.splitlines()[0] in html(page)
    assert 'href="/terms/"' in html(page)
    assert 'formaction="/staff/pages/preview/"' in html(page)


def test_saved_text_is_published_as_a_new_version(editor: Client) -> None:
    answer = editor.post(FORM, NEW)
    assert (answer.status_code, answer.headers["Location"]) == (302, LIST)
    assert (newest("terms").number, newest("terms").text_en) == (2, "New.")
    assert "New." in words(visitor().get("/terms/"))


def test_saved_without_a_change_publishes_nothing(editor: Client) -> None:
    said = newest("terms")
    # Browsers send other line ends than the text has.
    texts = {name: getattr(said, name).replace("\n", "\r\n") for name in NEW}
    assert editor.post(FORM, texts).status_code == 302
    assert newest("terms") == said


def test_page_cannot_be_left_without_a_text(editor: Client) -> None:
    assert editor.post(FORM, NEW | {"text_en": " "}).status_code == 200
    assert newest("terms").number == 1


@pytest.mark.parametrize("what", ["add/", "terms/delete/"])
def test_pages_are_neither_added_nor_deleted(editor: Client, what: str) -> None:
    assert editor.get(LIST + what).status_code == 403


def test_old_version_stays_readable_word_for_word(editor: Client) -> None:
    publish(Page.objects.get(pk="terms"), NEW)
    assert 'href="/staff/pages/terms/1/"' in html(editor.get(FORM))
    old = editor.get("/staff/pages/terms/1/")
    assert "This is version 1. It was replaced; version 2 is the one that counts now." in words(old)
    assert "1. Scope" in words(old)
    current = editor.get("/staff/pages/terms/2/")
    assert "It was replaced" not in words(current)
    assert "New." in words(current)
    assert editor.get("/staff/pages/terms/3/").status_code == 404


def test_preview_shows_both_languages_and_what_is_left_and_saves_nothing(editor: Client) -> None:
    page = editor.post("/staff/pages/preview/", NEW | {"text_de": "Von [Firma] **für** Sie."})
    assert page.status_code == 200
    assert "Von [Firma] <strong>für</strong> Sie." in html(page)
    assert "New." in words(page)
    assert "Still to be filled in: [Firma]" in words(page)
    assert newest("terms").number == 1


def test_preview_asked_for_without_a_text_leads_to_the_list(editor: Client) -> None:
    assert editor.get("/staff/pages/preview/").headers["Location"] == LIST


@pytest.mark.parametrize("path", ["/staff/pages/terms/1/", "/staff/pages/preview/", FORM])
def test_what_staff_see_does_not_exist_for_others(path: str) -> None:
    assert visitor(make_user()).get(path, follow=True).status_code == 404
    assert visitor().get(path, follow=True).request["PATH_INFO"] == "/account/login/"


def test_questions_are_edited_in_the_admin(editor: Client) -> None:
    question = Question.objects.get(question_en="How do I pay?")
    form = f"/staff/catalogue/content/question/{question.pk}/change/"
    assert 'href="/#questions"' in html(editor.get(form))
    changed = {
        "question_de": "Wie zahle ich?",
        "question_en": "How do I pay?",
        "answer_de": "Bar.",
        "answer_en": "In cash.",
        "position": "1",
        "listed": "on",
    }
    assert editor.post(form, changed).status_code == 302
    assert "How do I pay? In cash." in words(visitor().get("/"))
