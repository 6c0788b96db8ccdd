"""Questions, figures, quotes and references in the back office."""

import re

import pytest
from django.test import Client

from portal.backoffice.texts.text_kinds import KINDS, TextKind
from shop.content.demo_proof import add_demo_proof
from shop.content.models import Question
from tests.backoffice.forms_of import form_of, queries_of
from tests.factories import make_staff
from tests.pages import assert_left_out, html, part, summary, visitor, words

pytestmark = pytest.mark.django_db
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


@pytest.fixture
def browser() -> Client:
    add_demo_proof()
    return visitor(make_staff("admin"))


def list_of(kind: TextKind) -> str:
    return "/staff/questions/" if kind.name == "question" else "/staff/proof/"


def path_of(kind: TextKind, place: int = 0) -> str:
    return f"/staff/{kind.path}/{kind.model.objects.all()[place].pk}/"


@every_kind
def test_row_is_changed_and_the_shop_shows_it_at_once(browser: Client, kind: TextKind) -> None:
    form = form_of(browser.get(path_of(kind)))
    name = next(name for name in form if name.endswith("_en"))
    assert browser.post(path_of(kind), form | {name: "Entirely new"}).status_code == 302
    assert "Entirely new" in words(visitor().get("/"))
    assert "→ Entirely new" in part(browser.get(path_of(kind)), 'class="timeline"', "</ol>")


@every_kind
def test_row_is_hidden_and_shown_again_by_undo(browser: Client, kind: TextKind) -> None:
    row = kind.model.objects.all()[0]
    seen = {"question": row, "figure": row}.get(kind.name) or row
    said = getattr(seen, "question_en", None) or getattr(seen, "meaning_en", None) or seen.firm
    if kind.name in {"quote", "reference"}:
        said = getattr(seen, "text_en", None) or f"{seen.firm} {seen.work_en}"
    there = words(visitor().get("/"))
    page = browser.post(f"{path_of(kind)}hide/", follow=True)
    assert_left_out(str(said), there=there, here=words(visitor().get("/")))
    assert "Customers do not see it any more." in words(page)
    token = re.search(r'name="undo" value="([^"]+)"', html(page))
    assert token
    browser.post("/staff/undo/", {"undo": token[1], "next": list_of(kind)})
    assert words(visitor().get("/")) == there


@every_kind
def test_row_is_moved(browser: Client, kind: TextKind) -> None:
    before = [row.pk for row in kind.model.objects.all()]
    browser.post(f"{path_of(kind)}move/", {"way": "down"})
    assert [row.pk for row in kind.model.objects.all()] == [before[1], before[0], *before[2:]]


@every_kind
def test_new_row_is_the_last(browser: Client, kind: TextKind) -> None:
    path = f"/staff/{kind.path}/new/"
    form = dict.fromkeys(kind.fields, "Neu")
    assert browser.post(path, form).status_code == 302
    assert str(kind.model.objects.all().last()).startswith("Neu")
    page = browser.post(path, dict.fromkeys(kind.fields, ""))
    assert page.status_code == 422
    assert summary(page).count("Please") == len(kind.fields)


@pytest.mark.parametrize("path", ["/staff/questions/", "/staff/proof/"])
def test_list_takes_as_many_queries_for_many_rows(browser: Client, path: str) -> None:
    before = queries_of(browser, path)
    texts = {"question_de": "?", "question_en": "?", "answer_de": "!", "answer_en": "!"}
    Question.objects.bulk_create(Question(**texts) for _number in range(20))
    assert queries_of(browser, path) == before


def test_answer_is_shown_as_customers_read_it(browser: Client) -> None:
    Question.objects.update(answer_en="In **cash**.")
    assert "In <strong>cash</strong>." in html(browser.get("/staff/questions/"))


def test_second_editor_is_told_what_changed(browser: Client) -> None:
    question = next(kind for kind in KINDS if kind.name == "question")
    form = form_of(browser.get(path_of(question)))
    browser.post(path_of(question), form | {"answer_en": "In cash."})
    page = browser.post(path_of(question), form | {"answer_de": "Bar."})
    assert page.status_code == 422
    assert "has changed this since you opened the page: Answer (English):" in summary(page)
    assert form_of(page)["answer_de"] == "Bar."
