"""The partners' changelog: its page, its feed, and the schema's version."""

import re
from html import unescape

import pytest
from django.test import Client
from lxml import etree
from pytest_django import DjangoAssertNumQueries, Settings

from shop.guide.changelog import CHANGES, KINDS, latest
from tests.factories import make_user
from tests.pages import assert_left_out, html, visitor, words

pytestmark = pytest.mark.django_db

PAGE, FEED = "/api/docs/changelog", "/api/docs/changelog.atom"
ATOM = "{http://www.w3.org/2005/Atom}"


def test_changes_are_dated_newest_first_and_named_once() -> None:
    days = [change.day for change in CHANGES]
    assert days == sorted(days, reverse=True)
    assert latest() == max(days)
    names = [change.id for change in CHANGES]
    assert len(names) == len(set(names))
    for change in CHANGES:
        assert re.fullmatch("[a-z][a-z0-9-]+", change.id)
        assert change.kind in KINDS
        assert change.text.endswith(".")
        assert change.text.count("`") % 2 == 0


def test_page_tells_each_change_at_its_anchor() -> None:
    page = visitor().get(PAGE)
    assert page.status_code == 200
    for change in CHANGES:
        found = re.search(rf'<li id="{change.id}">(.*?)</li>', html(page), re.DOTALL)
        assert found
        said = unescape(re.sub("<[^>]*>", "", found[1]))
        assert " ".join(said.split()) == change.title
    assert "<code>order_number</code>" in html(page)
    assert words(visitor(language="de").get(PAGE)).count("Änderungen der API") > 0


def test_page_is_kept_for_those_of_whom_nothing_is_known(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    visitor().get(PAGE)
    with django_assert_num_queries(0):
        page = visitor().get(PAGE)
    member = visitor(make_user()).get(PAGE)
    assert_left_out("Sign out", there=words(member), here=words(page))


def test_feed_has_each_change_with_a_link_to_it(settings: Settings) -> None:
    settings.DEMO = False
    settings.BASE_URL = "https://shop.example"
    answer = Client(headers={"accept-language": "de"}).get(FEED)
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=300"
    feed = etree.fromstring(answer.content)
    assert feed.findtext(f"{ATOM}updated") == f"{latest()}T00:00:00+00:00"
    own = {each.get("rel"): each.get("href") for each in feed.findall(f"{ATOM}link")}
    assert own == {
        "alternate": f"https://shop.example{PAGE}",
        "self": f"https://shop.example{FEED}",
    }
    entries = feed.findall(f"{ATOM}entry")
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]
    assert links == [f"https://shop.example{PAGE}#{change.id}" for change in CHANGES]
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        change.title for change in CHANGES
    ]
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("address", [PAGE, FEED])
def test_changelog_is_only_read(address: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(address)
    assert (answer.status_code, answer["Allow"]) == (405, "GET")


def test_guide_and_schema_lead_to_the_changelog() -> None:
    guide = html(visitor().get("/api/docs"))
    assert f'<a href="{PAGE}"' in guide
    assert re.search(rf'<link rel="alternate"\s+type="application/atom\+xml"[^>]*{FEED}', guide)
    info = Client().get("/api/openapi.json").json()["info"]
    assert info["version"] == latest().isoformat()
    assert f"http://testserver{PAGE}" in info["description"]
