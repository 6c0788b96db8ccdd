"""Legal pages in the back office: form, what changes, publishing now or on a day, taking back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import parse_http_date

from shop.content.models import Page, Version
from shop.content.publishing import newest, publish, scheduled
from tests.backoffice.forms_of import form_of
from tests.clock import clock_at
from tests.factories import make_staff
from tests.pages import assert_left_out, error_beside, html, part, summary, visitor, words

pytestmark = pytest.mark.django_db

LIST = "/staff/legal/"
TERMS = f"{LIST}terms/"
EDIT = f"{TERMS}edit/"
TEXTS = {
    "title_de": "AGB",
    "title_en": "Terms",
    "text_de": "## Eins\n\nSie zahlen am Schluss.\n\nDer Rest bleibt.",
    "text_en": "## One\n\nYou pay at the end.\n\nThe rest stays.",
}


@pytest.fixture
def browser() -> Client:
    return visitor(make_staff("admin", first_name="Ada", last_name="Eins"))


@pytest.fixture
def terms() -> Version:
    return publish(Page.objects.get(pk="terms"), TEXTS)


def in_days(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def changed(browser: Client, **changes: Any) -> dict[str, str]:
    return form_of(browser.get(EDIT)) | {"when": "now", "text_en": "New.", **changes}


def test_list_shows_current_and_scheduled_versions_and_what_is_to_do(
    browser: Client, terms: Version
) -> None:
    publish(terms.page, TEXTS | {"text_en": "Later."}, timezone.now() + timedelta(days=9))
    page = browser.get(LIST)
    assert "Terms 2 " in words(page)
    assert "placeholders to fill in" in words(page)
    assert "Right of withdrawal not shown: you sell to businesses only" in words(page)


def test_preview_shows_what_changes_by_words_in_both_languages_and_saves_nothing(
    browser: Client, terms: Version
) -> None:
    texts = {
        "text_de": TEXTS["text_de"].replace("am Schluss", "am Anfang"),
        "text_en": TEXTS["text_en"].replace("end", "beginning"),
    }
    page = browser.post(EDIT, changed(browser, **texts))
    assert page.status_code == 200
    source = html(page)
    for gone, come in (("Schluss", "Anfang"), ("end", "beginning")):
        assert f"removed: </span>{gone}</del>" in source
        assert f"added: </span>{come}</ins>" in source
    assert "The rest stays." in part(page, 'class="diff" lang="en"', "</div>")
    assert "You pay at the beginning." in words(page)
    assert newest("terms") == terms


def test_published_version_shows_at_once_also_where_the_page_was_kept(
    browser: Client, terms: Version
) -> None:
    assert "You pay at the end." in words(visitor().get("/terms/"))
    preview = browser.post(EDIT, changed(browser))
    answer = browser.post(EDIT, form_of(preview) | {"step": "publish"})
    assert (answer.status_code, answer["Location"]) == (302, TERMS)
    assert "New." in words(visitor().get("/terms/"))
    told = part(browser.get(TERMS), 'class="timeline"', "</ol>")
    assert "published by Ada Eins Version: 2 → 3" in told


def test_preview_of_terms_says_who_is_asked_again(browser: Client, terms: Version) -> None:
    page = browser.post(EDIT, changed(browser))
    imprint = browser.post(
        f"{LIST}imprint/edit/",
        form_of(browser.get(f"{LIST}imprint/edit/")) | {"text_en": "New.", "when": "now"},
    )
    assert "The page shows the new version at once." in words(imprint)
    said = "Customers who are about to order must agree to the new terms"
    assert_left_out(said, there=words(page), here=words(imprint))


def test_scheduled_version_becomes_current_by_itself(browser: Client, terms: Version) -> None:
    day = in_days(3)
    preview = browser.post(EDIT, changed(browser, when="day", day=day))
    assert "The page shows the new version by itself from" in words(preview)
    answer = browser.post(EDIT, form_of(preview) | {"step": "publish"}, follow=True)
    assert "Version 3 is scheduled: the page shows it from" in words(answer)
    kept = visitor().get("/terms/")
    assert "You pay at the end." in words(kept)
    assert newest("terms") == terms
    begins = timezone.make_aware(datetime.fromisoformat(f"{day}T00:00:00"))
    assert scheduled("terms") == Version.objects.get(page="terms", effective_at=begins)
    with clock_at(begins - timedelta(seconds=1)):
        assert "You pay at the end." in words(visitor().get("/terms/"))
    with clock_at(begins):
        page = visitor().get("/terms/")
        assert "New." in words(page)
        assert "Version 3, last changed on" in words(page)
        assert parse_http_date(page["Last-Modified"]) == int(begins.timestamp())
        assert scheduled("terms") is None


def test_scheduled_version_is_taken_back_after_a_question(browser: Client, terms: Version) -> None:
    browser.post(EDIT, changed(browser, when="day", day=in_days(3), step="publish"))
    question = browser.get(f"{TERMS}take-back/")
    assert "The page continues to show version 2." in words(question)
    assert scheduled("terms")
    page = browser.post(f"{TERMS}take-back/", follow=True)
    assert "The scheduled version is taken back." in words(page)
    assert scheduled("terms") is None
    assert newest("terms") == terms
    assert "scheduled version taken back" in part(page, 'class="timeline"', "</ol>")
    assert "No version is scheduled." in words(browser.post(f"{TERMS}take-back/", follow=True))


def test_form_goes_on_with_the_scheduled_text_and_replaces_it(
    browser: Client, terms: Version
) -> None:
    browser.post(EDIT, changed(browser, when="day", day=in_days(3), step="publish"))
    form = form_of(browser.get(EDIT))
    assert (form["text_en"], form["day"]) == ("New.", in_days(3))
    browser.post(EDIT, form | {"text_en": "Newer.", "when": "now", "step": "publish"})
    assert (newest("terms").number, newest("terms").text_en) == (3, "Newer.")
    assert scheduled("terms") is None


@pytest.mark.parametrize("days", [-1, 0])
def test_day_that_is_not_to_come_is_refused_and_nothing_typed_is_lost(
    browser: Client, terms: Version, days: int
) -> None:
    page = browser.post(EDIT, changed(browser, when="day", day=in_days(days), step="publish"))
    assert page.status_code == 422
    assert error_beside(page, "day") == "Please choose a later day, or publish now."
    assert form_of(page)["text_en"] == "New."
    page = browser.post(EDIT, changed(browser, when="day", day="", step="publish"))
    assert error_beside(page, "day") == "Please choose the day."
    assert newest("terms") == terms


def test_empty_text_is_refused_with_a_summary(browser: Client, terms: Version) -> None:
    page = browser.post(EDIT, changed(browser, text_en=" ", title_de=""))
    assert page.status_code == 422
    assert "Title (German)" in summary(page)
    assert "Text (English)" in summary(page)


def test_line_ends_of_browsers_are_no_change(browser: Client, terms: Version) -> None:
    form = {name: text.replace("\n", "\r\n") for name, text in form_of(browser.get(EDIT)).items()}
    page = browser.post(EDIT, form | {"when": "now", "step": "publish"}, follow=True)
    assert "Nothing was changed." in words(page)
    assert newest("terms") == terms


def test_second_editor_is_told_and_sees_the_difference_to_the_new_version(
    browser: Client, terms: Version
) -> None:
    other = visitor(make_staff("admin"))
    form = form_of(other.get(EDIT)) | {"when": "now", "text_de": "Meins."}
    browser.post(EDIT, changed(browser, step="publish"))
    page = other.post(EDIT, form | {"step": "publish"})
    assert page.status_code == 422
    assert "A colleague has published or scheduled another version" in summary(page)
    assert newest("terms").number == 3
    preview = other.post(EDIT, form_of(page) | {"when": "now"})
    assert "removed: </span>New.</del>" in html(preview)
    other.post(EDIT, form_of(preview) | {"step": "publish"})
    assert newest("terms").text_de == "Meins."


def test_placeholders_are_named_before_publishing(browser: Client, terms: Version) -> None:
    page = browser.post(EDIT, changed(browser, text_en="By [company]."))
    assert "Still to be filled in: [company]" in words(page)


def test_changes_of_a_version_can_be_read_later(browser: Client, terms: Version) -> None:
    publish(terms.page, TEXTS | {"text_en": TEXTS["text_en"].replace("end", "beginning")})
    page = browser.get(f"{TERMS}3/")
    assert "removed: </span>end</del>" in html(page)
    assert "Unchanged in this language." in words(page)
    assert "so there is none to compare it with" in words(browser.get(f"{TERMS}1/"))
    assert browser.get(f"{TERMS}4/").status_code == 404
    assert browser.get(f"{LIST}nothing/").status_code == 404


def test_scheduled_version_is_named_as_such_where_staff_read_it(
    browser: Client, terms: Version
) -> None:
    publish(terms.page, TEXTS | {"text_en": "Later."}, datetime(2100, 1, 1, tzinfo=UTC))
    page = words(browser.get("/staff/pages/terms/3/"))
    assert "It is scheduled: the page shows it from 1 January 2100" in page
    assert "It was replaced" not in page


def test_djangos_admin_does_not_replace_a_scheduled_version(terms: Version) -> None:
    path, chief = "/staff/catalogue/content/page/terms/change/", visitor(make_staff())
    publish(terms.page, TEXTS | {"text_en": "Later."}, datetime(2100, 1, 1, tzinfo=UTC))
    page = chief.post(path, TEXTS | {"text_en": "From the admin."})
    assert "A version is scheduled." in words(page)
    assert (newest("terms"), scheduled("terms") is not None) == (terms, True)
