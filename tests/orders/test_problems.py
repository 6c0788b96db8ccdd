"""Problems: stable codes, one English sentence for programs, one text for forms."""

import re

import pytest
from django.utils.translation import override

from shop.form_texts import FORM_TEXTS, form_text
from shop.orders.document import InvalidDocumentError, check_document
from shop.orders.problems import SENTENCES, Problem


def test_codes_are_identifiers_and_sentences_begin_with_a_verb() -> None:
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in SENTENCES)
    assert all(re.fullmatch(r"(is|was|must|may|cannot) .+\.", text) for text in SENTENCES.values())


def test_forms_word_known_codes_only() -> None:
    assert FORM_TEXTS.keys() <= SENTENCES.keys()


def test_sentence_names_other_members_as_its_reader_does() -> None:
    problem = Problem("project_name", "required_unless", ("client_id", "project_id"))
    assert problem.sentence() == "is required with client_id, unless project_id is given."
    assert problem.sentence(str.upper) == "is required with CLIENT_ID, unless PROJECT_ID is given."


def test_form_text_is_in_the_pages_language_and_names_the_limit() -> None:
    problem = Problem("user_email", "too_long", limit=254)
    assert problem.sentence() == "must have at most 254 characters."
    with override("de"):
        assert form_text(problem) == "Bitte verwenden Sie höchstens 254 Zeichen."


def test_code_without_a_form_text_is_told_in_english() -> None:
    with override("de"):
        assert form_text(Problem("product", "read_only")) == "is read-only."


@pytest.mark.django_db
def test_every_problem_of_a_document_has_member_and_code() -> None:
    with pytest.raises(InvalidDocumentError) as refusal:
        check_document({"product": "s", "client_name": "x" * 201, "user_email": 7, "more": 1})
    assert set(refusal.value.problems) == {
        Problem("client_name", "too_long", limit=200),
        Problem("user_email", "not_a_string"),
        Problem("more", "unknown_member"),
    }
