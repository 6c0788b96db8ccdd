"""The system check for placeholders in texts."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from shop.content.models import Page, Question
from shop.content.publishing import publish
from tests.pages import assert_left_out
from tests.test_settings import PRODUCTION, manage

FILLED_IN = {"title_de": "Titel", "title_en": "Title", "text_de": "Text.", "text_en": "Text."}


def told() -> list[tuple[str | None, str]]:
    return [(each.id, each.msg) for each in run_checks(tags=["content"])]


@pytest.fixture
def in_production(settings: Settings) -> None:
    settings.DEMO = False


@pytest.mark.django_db
@pytest.mark.usefixtures("in_production")
def test_shipped_texts_are_told_by_their_addresses() -> None:
    ((number, sentence),) = told()
    assert number == "content.W001"
    assert sentence == (
        "Placeholders in square brackets are still to be filled in at /staff/legal/ and /staff/questions/ "
        "in these texts: /imprint/ ([Firma und Rechtsform] …), /privacy/ ([Firma und Rechtsform] …), "
        "/terms/ ([Firma und Rechtsform] …), /accessibility/ ([Weitere Einschränkungen oder „Weitere "
        "sind uns nicht bekannt.“] …), /data-processing/ ([Firma und Rechtsform] …), "
        "/ ([Ort des Rechenzentrums] …)."
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("in_production")
def test_withdrawal_notice_is_told_only_where_private_persons_can_order(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    ((_id, everyone),) = told()
    settings.CUSTOMERS = "businesses"
    ((_id, businesses),) = told()
    for place in ("/withdrawal/ ([Firma und Rechtsform] …)", "/withdrawal-form/ ("):
        assert_left_out(place, there=everyone, here=businesses)


@pytest.mark.django_db
@pytest.mark.usefixtures("in_production")
def test_text_that_is_filled_in_is_no_longer_told() -> None:
    for slug in ("imprint", "terms", "accessibility", "data-processing"):
        publish(Page.objects.get(pk=slug), FILLED_IN)
    Question.objects.update(answer_de="Ja.", answer_en="Yes.")
    ((_id, sentence),) = told()
    assert sentence.endswith("in these texts: /privacy/ ([Firma und Rechtsform] …).")


@pytest.mark.django_db
@pytest.mark.usefixtures("in_production")
def test_placeholder_in_one_language_alone_is_told() -> None:
    for page in Page.objects.all():
        publish(page, FILLED_IN)
    Question.objects.update(answer_de="Ja.", answer_en="Yes.")
    assert told() == []
    publish(Page.objects.get(pk="terms"), FILLED_IN | {"text_en": "By [company]."})
    ((_id, sentence),) = told()
    assert sentence.endswith("in these texts: /terms/ ([company] …).")


@pytest.mark.django_db
@pytest.mark.usefixtures("in_production")
def test_question_that_is_not_listed_may_wait() -> None:
    for page in Page.objects.all():
        publish(page, FILLED_IN)
    Question.objects.update(listed=False)
    assert told() == []


@pytest.mark.django_db
def test_demo_may_keep_its_placeholders() -> None:
    assert told() == []


@pytest.mark.long
@pytest.mark.once
def test_check_tells_it_in_one_sentence_once_there_are_tables(tmp_path: Path) -> None:
    before = manage(tmp_path, "check", "--deploy", **PRODUCTION)
    assert "content" not in before.stderr
    assert manage(tmp_path, "migrate", "-v0", **PRODUCTION).returncode == 0
    after = manage(tmp_path, "check", "--deploy", **PRODUCTION)
    assert after.returncode == 0
    assert after.stderr.count("content.W001") == 1
    assert "/imprint/" in after.stderr
