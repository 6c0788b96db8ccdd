"""The demo's texts: one invented firm, and no placeholder."""

import pytest

from portal.accounts.demo_texts import SELLER, fill_in_texts
from shop.content.markdown import placeholders
from shop.content.models import Page, Question, Version
from shop.content.publishing import TEXTS, newest, publish

pytestmark = pytest.mark.django_db


def texts() -> dict[str, str]:
    """The texts that visitors see, by their page."""
    pages = {
        page.pk: "\n\n".join(getattr(newest(page.pk), name) for name in TEXTS)
        for page in Page.objects.all()
    }
    answers = Question.objects.values_list("answer_de", "answer_en")
    return pages | {"questions": "\n\n".join("\n\n".join(each) for each in answers)}


def test_no_placeholder_is_left_in_the_demo() -> None:
    assert all(placeholders(text) for text in texts().values())
    fill_in_texts()
    assert [place for place, text in texts().items() if placeholders(text)] == []


def test_firm_is_the_same_wherever_it_is_named() -> None:
    fill_in_texts()
    for place in ("imprint", "privacy", "terms", "withdrawal", "withdrawal-form"):
        assert SELLER["legal_name"] in texts()[place]
        assert SELLER["street"] in texts()[place]
    for fact in ("register", "vat_id", "phone", "contact"):
        assert SELLER[fact] in texts()["imprint"]


def test_text_that_staff_of_the_demo_have_changed_stays() -> None:
    changed = dict.fromkeys(TEXTS, "By us.")
    publish(Page.objects.get(pk="imprint"), changed)
    fill_in_texts()
    fill_in_texts()
    assert newest("imprint").text_de == "By us."
    assert Version.objects.filter(page_id="terms").count() == 2
