"""The pages of the guides: complete, in the frame of the reader's language, and led to from another."""

import re

import pytest
from django.test import Client

from shop.guide import reference
from shop.guide.pages import CHAPTERS, GUIDES, Chapter, Guide
from shop.guide.reference import resolved
from shop.guide.schema import describe
from tests.api.guides import Anchors, all_words, page
from tests.pages import html, visitor

pytestmark = pytest.mark.django_db

CHAPTERS_OF_BOTH = [chapter for guide in GUIDES.values() for chapter in guide.chapters]
of_each_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=str)


def anchors(path: str) -> Anchors:
    found = Anchors()
    found.feed(page(path))
    return found


def test_guide_is_a_page_for_anybody_in_the_frame_of_their_language() -> None:
    source = page("/api/docs", "de")
    assert '<html lang="de">' in source
    assert '<div class="guide__text" lang="en">' in source
    assert '<h1 lang="de">API für Partner</h1>' in source
    assert '<h1 lang="de">Die offene Bestellung</h1>' in page("/api/docs/open-order", "de")
    assert "Die API spricht Englisch" in source
    assert "Die API spricht" not in page("/api/docs", "en")


def test_guide_has_a_link_on_every_page() -> None:
    assert '<a href="/api/docs">' in html(visitor().get("/"))


@pytest.mark.parametrize("chapter", CHAPTERS_OF_BOTH, ids=str)
def test_chapter_has_its_heading_lead_and_place(chapter: Chapter) -> None:
    guide = GUIDES[chapter.page]
    source = page(chapter.url)
    heading, lead = chapter.heading, chapter.lead
    title = f"{heading} · {guide.title}"
    if chapter.is_overview:
        title, heading, lead = str(guide.title), str(guide.title), str(guide.lead)
    assert f"<title>{title} · Slate</title>" in source
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", source) == [heading]
    assert f'content="{lead}"' in source
    assert f'<link rel="canonical" href="http://testserver{chapter.url}">' in source
    (current,) = re.findall(r'aria-current="page">(.*?)</a>', source)
    assert current == chapter.label
    assert lead.endswith(".")


@of_each_guide
def test_chapters_can_be_read_one_after_the_other(guide: Guide) -> None:
    path, read = guide.chapters[0].url, []
    while path:
        read.append(path)
        source = page(path)
        if len(read) > 1:
            assert f'<link rel="prev" href="{read[-2]}">' in source
        path = "".join(re.findall(r'<link rel="next" href="([^"]+)">', source))
    assert read == [chapter.url for chapter in guide.chapters]


def test_each_chapter_is_in_the_sitemap_once() -> None:
    found = re.findall(r"<loc>http://testserver([^<]*)</loc>", html(visitor().get("/sitemap.xml")))
    assert [path for path in found if "docs" in path] == [each.url for each in CHAPTERS_OF_BOTH]
    assert "/?lang=de" in found


def test_every_link_leads_somewhere() -> None:
    pages = {chapter.url: anchors(chapter.url) for chapter in CHAPTERS_OF_BOTH}
    for path, found in pages.items():
        assert len(found.ids) == len(set(found.ids)), path
        assert found.targets <= {*found.ids, "main"}, path
        for link in found.pages:
            target, _, fragment = link.partition("#")
            if target in pages and fragment:
                assert fragment in pages[target].ids, f"{path}: {link}"
            elif target.startswith("/api/docs") and target not in pages:
                assert Client().get(target).status_code == 200, f"{path}: {link}"


@of_each_guide
def test_overview_leads_on_from_the_anchors_of_the_one_page_guide(guide: Guide) -> None:
    found = anchors(guide.chapters[0].url)
    operations = reference.operations(describe("http://testserver"), guide.tag)
    assert {each["name"] for each in operations} <= set(found.ids)
    assert {name for group in CHAPTERS[guide.folder].values() for name in group} <= set(found.ids)
    assert {chapter.url for chapter in CHAPTERS_OF_BOTH} <= found.pages


@pytest.mark.parametrize("chapter", CHAPTERS_OF_BOTH, ids=str)
def test_page_runs_no_script_of_its_own_and_fetches_from_nowhere_else(chapter: Chapter) -> None:
    source = page(chapter.url)
    assert re.findall(r"<script(?! src=\"/static/)", source) == []
    assert " style=" not in source
    kept = r'(?:src|<link(?! rel="canonical")[^>]*href)="(?!/)[^"]*"'
    assert re.findall(kept, source) == []


@pytest.mark.parametrize("chapter", CHAPTERS_OF_BOTH, ids=str)
def test_code_is_in_a_frame_that_the_keyboard_scrolls(chapter: Chapter) -> None:
    source = page(chapter.url)
    frames = re.findall(
        r'<figure class="code"[^>]*aria-label="[^"]+"[^>]*>(.*?)</figure>', source, re.DOTALL
    )
    assert len(frames) == source.count("<pre") == source.count('tabindex="0"><code>')


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("/api/docs/", "/api/docs"),
        ("/api/docs/open-order/", "/api/docs/open-order"),
        ("/api/docs/webhooks/", "/api/docs/webhooks"),
        ("/api/docs/open-order/quote/", "/api/docs/open-order/quote"),
        ("/api/docs/first-order", "/api/docs"),
        ("/api/docs/open-order/what", "/api/docs/open-order"),
    ],
)
def test_address_as_people_type_it_leads_to_the_page(typed: str, path: str) -> None:
    answer = Client().get(typed)
    assert (answer.status_code, answer["Location"]) == (302, path)


@pytest.mark.parametrize("path", ["/api/docs/nothing", "/api/docs/open-order/webhooks"])
def test_unknown_chapter_is_a_page_that_is_not_found(path: str) -> None:
    answer = visitor().get(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "text/html; charset=utf-8"


@of_each_guide
def test_guide_tells_all_members_of_the_description(guide: Guide) -> None:
    said = all_words(guide)
    description = describe("http://testserver")
    rows = [row for name in guide.tables for row in reference.members(name, description)]
    for members in reference.schemas(description, guide.tag).values():
        rows += members
    rows += reference.headers(description, guide.tag)
    missing = [row for row in rows if f"{row.name} {row.text}".strip() not in said]
    assert missing == []
    for change in guide.context["changes"]:
        assert " ".join(change.values()) in said


@of_each_guide
def test_guide_tells_all_operations_of_the_description(guide: Guide) -> None:
    said = all_words(guide)
    description = describe("http://testserver")
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            if operation["tags"] != [guide.tag]:
                continue
            assert f"{method.upper()} {path}" in said
            for parameter in operation["parameters"]:
                assert f"{parameter['name']} {parameter['description']}" in said
            for status, answer in operation["responses"].items():
                assert f"{status} {resolved(description, answer)['description']}" in said


def test_long_chapters_list_their_tables_as_sections() -> None:
    source = page("/api/docs/members", "de")
    assert '<p id="here-title" lang="de">Auf dieser Seite</p>' in source
    assert '<h2 id="fields-to-send">Fields you can send</h2>' in source
    assert '<a href="#fields-to-send">Fields you can send</a>' in source
    assert {"account", "user", "products"} <= anchors("/api/docs/open-order/resources").targets


def test_headings_in_the_frame_are_told_as_english() -> None:
    source = page("/api/docs/webhooks", "de")
    assert '<li lang="en">Staying informed</li>' in source
    assert '<small>Zurück</small> <span lang="en">Staying in sync</span>' in source


@of_each_guide
def test_examples_of_an_operation_have_names_of_their_own(guide: Guide) -> None:
    for chapter in guide.chapters:
        for section in page(chapter.url).split("<h2")[1:] if chapter.resource else ():
            bodies = re.findall(r'aria-label="(Body[^"]*)"', section)
            assert len(bodies) == len(set(bodies)), chapter
    if guide.page == "api_docs":
        source = page("/api/docs/orders-reference")
        assert "<figcaption>Body: product alone</figcaption>" in source


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/api/docs/nothing", "There is no such chapter · API for partners"),
        ("/api/docs/search?q=cancel", "cancel · Search · API for partners"),
        ("/api/docs/search", "Search · API for partners"),
    ],
)
def test_title_says_which_page_it_is(path: str, title: str) -> None:
    found = re.search("<title>(.*?)</title>", html(visitor().get(path)), re.DOTALL)
    assert found
    assert " ".join(found[1].split()).startswith(title)
