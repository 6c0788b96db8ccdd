"""The public legal pages, and the questions on the page of the tiers."""

import re
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.utils.http import parse_http_date
from pytest_django import DjangoAssertNumQueries, Settings

from shop import owner_cookie
from shop.content.models import Page, Question, Version
from shop.content.publishing import newest, publish
from shop.content.questions import LISTED
from tests.factories import make_bare_order, make_packed_order, make_staff, make_user
from tests.pages import (
    Response,
    assert_headers,
    assert_left_out,
    at_checkout,
    html,
    join_address,
    visitor,
    words,
)

pytestmark = pytest.mark.django_db

TITLES = {
    "imprint": ("Impressum", "Imprint"),
    "privacy": ("Datenschutz", "Privacy"),
    "terms": ("Allgemeine Geschäftsbedingungen", "Terms and conditions"),
    "accessibility": ("Erklärung zur Barrierefreiheit", "Accessibility statement"),
    "data-processing": ("Vertrag zur Auftragsverarbeitung", "Data processing agreement"),
}
FOR_PRIVATE_PERSONS = {
    "withdrawal": ("Widerrufsbelehrung", "Right of withdrawal"),
    "withdrawal-form": ("Muster-Widerrufsformular", "Model withdrawal form"),
}


@pytest.mark.parametrize("slug", TITLES)
def test_page_speaks_the_readers_language(slug: str) -> None:
    for language, title in zip(("de", "en"), TITLES[slug], strict=True):
        page = visitor(language=language).get(f"/{slug}/")
        assert page.status_code == 200
        assert f"<h1>{title}</h1>" in html(page)
        assert f"<title>{title} · Slate</title>" in html(page)
        assert f'lang="{language}"' in html(page)


def test_day_of_the_last_change_is_written_as_the_reader_does() -> None:
    at = datetime(2026, 3, 7, 12, tzinfo=UTC)
    Version.objects.update(at=at)
    german, english = (words(visitor(language=each).get("/terms/")) for each in ("de", "en"))
    assert "Fassung 1, zuletzt geändert am 7. März 2026." in german
    assert "Version 1, last changed on 7 March 2026." in english


@pytest.mark.parametrize("slug", TITLES)
def test_page_tells_search_engines_and_link_previews_what_it_is(slug: str) -> None:
    page = visitor().get(f"/{slug}/?lang=en")
    assert f'<meta property="og:title" content="{TITLES[slug][1]}">' in html(page)
    described = re.search(r'<meta name="description" content="([^"]+)">', html(page))
    assert described
    assert described[1] in html(page).partition("og:description")[2]
    german = html(visitor(language="de").get(f"/{slug}/"))
    assert described[1] not in german


def test_old_version_that_staff_look_at_is_not_for_search_engines() -> None:
    old = html(visitor(make_staff("viewer")).get("/staff/pages/terms/1/"))
    assert_left_out('rel="canonical"', there=html(visitor().get("/terms/")), here=old)


def test_page_takes_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    browser = visitor()
    with django_assert_num_queries(1):
        page = browser.get("/privacy/")
    assert "Privacy" in words(page)


def test_browser_keeps_the_page_until_it_changes() -> None:
    browser = visitor()
    first = browser.get("/terms/")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Accept-Language", "Cookie"} <= set(first.headers["Vary"].split(", "))
    since = {"if-modified-since": first.headers["Last-Modified"]}
    assert browser.get("/terms/", headers=since).status_code == 304
    said = newest("terms")
    Version.objects.create(
        page_id="terms", number=2, title_de="a", title_en="b", text_de="c", text_en="d"
    )
    Version.objects.filter(number=2).update(at=datetime(2100, 1, 1, tzinfo=UTC))
    again = browser.get("/terms/", headers=since)
    assert again.status_code == 200
    assert parse_http_date(again.headers["Last-Modified"]) > said.at.timestamp()
    assert "d" in words(again)


@pytest.mark.parametrize("slug", TITLES)
def test_page_that_is_kept_is_the_one_that_is_rendered(slug: str) -> None:
    for language in ("en", "de", "en"):
        plain, odd = visitor(language=language), visitor(language=language)
        odd.cookies["odd"] = "1"  # of whom more is known, nothing is kept
        page, rendered = plain.get(f"/{slug}/"), odd.get(f"/{slug}/")
        assert html(page) == html(rendered)
        assert_headers(page)
        for response in (page, rendered):
            del response.headers["X-Request-ID"]
        assert page.headers == rendered.headers
        assert not page.cookies
    member = visitor(make_user())
    assert_left_out(
        "Sign out", there=words(member.get(f"/{slug}/")), here=words(visitor().get(f"/{slug}/"))
    )


def test_change_of_a_page_shows_at_once_however_it_was_made() -> None:
    assert "Changed." not in words(visitor().get("/imprint/"))
    Version.objects.filter(page_id="imprint").update(text_en="Changed.")
    assert "Changed." in words(visitor().get("/imprint/"))
    assert "Changed." not in words(visitor(language="de").get("/imprint/"))


def test_page_says_what_was_published_last() -> None:
    page = Page.objects.get(pk="imprint")
    texts = {"title_de": "Impressum", "title_en": "Imprint", "text_de": "Hier.", "text_en": "Here."}
    publish(page, texts)
    text = words(visitor().get("/imprint/"))
    assert "Here." in text
    assert "[" not in text


def footer(page: Response) -> str:
    return html(page).partition("<footer")[2]


def test_every_page_leads_to_the_legal_ones() -> None:
    order = make_packed_order()
    buyer, _form = at_checkout()
    staff = visitor(make_staff("agent"))
    pages = [
        *(buyer.get(path) for path in ("/", "/tiers/s/", "/checkout/", "/terms/")),
        buyer.get(f"/register/{order.order_hash}/"),
        buyer.get(join_address(order)),
        buyer.get("/account/login/"),
        buyer.get("/nothing/"),
        staff.get("/portal/"),
        staff.get(f"/staff/orders/{order.pk}/"),
    ]
    for page in pages:
        for slug in TITLES:
            # The checkout's are buttons of its form, which keep what was typed.
            assert re.search(rf'href="/{slug}/"|name="apply" value="{slug}"', footer(page)), slug


@pytest.mark.parametrize("slug", FOR_PRIVATE_PERSONS)
def test_page_for_private_persons_is_there_only_where_they_can_order(
    slug: str, settings: Settings
) -> None:
    settings.CUSTOMERS = "everyone"
    for language, title in zip(("de", "en"), FOR_PRIVATE_PERSONS[slug], strict=True):
        page = visitor(language=language).get(f"/{slug}/")
        assert page.status_code == 200
        assert f"<h1>{title}</h1>" in html(page)
        assert f"/{slug}/?lang={language}" in html(visitor().get("/sitemap.xml"))
    settings.CUSTOMERS = "businesses"
    assert visitor().get(f"/{slug}/").status_code == 404
    assert f"/{slug}/" not in html(visitor().get("/sitemap.xml"))


@pytest.mark.parametrize("language", ["de", "en"])
def test_withdrawal_notice_leads_to_the_form_and_to_the_online_function(
    language: str, settings: Settings
) -> None:
    settings.CUSTOMERS = "everyone"
    notice = html(visitor(language=language).get("/withdrawal/")).partition("<footer")[0]
    for path in ("/withdraw/", "/withdrawal-form/"):
        assert f'href="{path}"' in notice


@pytest.mark.parametrize("slug", TITLES)
def test_pages_answer_to_reading_only(slug: str) -> None:
    assert visitor().post(f"/{slug}/").status_code == 405


@pytest.mark.parametrize("language", ["de", "en"])
def test_privacy_tells_how_long_the_shop_keeps_things(language: str) -> None:
    said = newest("privacy")
    text = said.text_de if language == "de" else said.text_en
    days = "Tage" if language == "de" else "days"
    for number in (
        owner_cookie.DAYS,
        settings.OPEN_ORDER_DAYS,
        settings.REMIND_AFTER_DAYS,
        settings.CANCEL_AFTER_DAYS,
    ):
        assert f"{number} {days}" in text
    assert ("zwei Wochen" if language == "de" else "two weeks") in text
    assert settings.SESSION_COOKIE_AGE == 14 * 86_400


def test_privacy_names_each_cookie_that_the_shop_sets() -> None:
    browser, form = at_checkout()
    user = make_user()
    browser.get("/?lang=de")
    browser.post("/checkout/", form)
    browser.post("/account/login/", {"login": user.email, "password": "quiet paper, exact type"})
    details = {"client_name": "Film", "project_name": "Dreh", "user_email": "nina@example.com"}
    details |= {"terms": "on", "terms_version": "1"}
    browser.post(f"/register/{make_bare_order().order_hash}/", details)
    browser.get("/api/docs?snippets=python")
    # One message, for a page that was never asked for.
    browser.post("/checkout/", {"product": "gone"})
    kept = {cookie.key for cookie in browser.cookies.values()}
    ours = {"OwnerId", "NamedAddress", "csrftoken", "sessionid", "django_language", "messages"}
    assert ours | {"snippets"} == kept
    said = newest("privacy")
    for name in kept:
        assert f"- `{name}` " in said.text_de
        assert f"- `{name}` " in said.text_en


def test_first_visit_leaves_nothing_but_what_forms_need() -> None:
    browser = visitor()
    for path in ("/", "/tiers/s/", "/terms/", "/privacy/", "/imprint/"):
        browser.get(path)
    assert list(browser.cookies) == ["csrftoken"]


def test_questions_are_answered_in_the_readers_language() -> None:
    german, english = (words(visitor(language=each).get("/")) for each in ("de", "en"))
    assert "Was passiert nach der Bestellung? Sie sehen die Seite" in german
    assert "What happens after I order? You see the page" in english
    for question in ("Can we change plans later?", "How do I cancel", "Where is our data?"):
        assert question in english


def test_questions_come_in_their_order_and_only_if_listed() -> None:
    Question.objects.filter(question_en="How do I pay?").update(position=0)
    Question.objects.filter(question_en="What do I need to order?").update(listed=False)
    text = words(visitor().get("/")).partition("Questions and answers")[2]
    assert text.index("How do I pay?") < text.index("How soon can we start?")
    assert "What do I need to order?" not in text


def test_tiers_page_without_questions_has_no_heading_for_them() -> None:
    before = words(visitor().get("/"))
    Question.objects.update(listed=False)
    LISTED.clear()
    assert_left_out("Questions and answers", there=before, here=words(visitor().get("/")))


def test_question_that_is_written_anew_is_seen_at_once() -> None:
    assert "How do I pay?" in words(visitor().get("/"))
    question = Question.objects.get(question_en="How do I pay?")
    question.question_en = "By card?"
    question.save()
    assert "By card?" in words(visitor().get("/"))
    question.delete()
    assert "By card?" not in words(visitor().get("/"))


def test_answer_is_markdown() -> None:
    Question.objects.filter(question_en="How do I pay?").update(answer_en="**By** <i>invoice</i>.")
    assert "<p><strong>By</strong> &lt;i&gt;invoice&lt;/i&gt;.</p>" in html(visitor().get("/"))
