"""The documents lead to what exists, in the repository and on the site that is built from them."""

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from django.conf import settings

from tests.marked_texts import german_catalogue, key, translations
from tests.screenshots import HANDBOOKS, handbook_scenes

pytestmark = pytest.mark.once

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]+)?\)")
HEADING = re.compile(r"^#+ ", re.MULTILINE)
# What pages of the shop call something: nothing else is bold in the handbook.
NAME = re.compile(r"\*\*([^*]+)\*\*")
PATH = re.compile(r"`((?:shop|portal|tests|docs|templates|static|locale)/[\w./]*)`")


class Html(HTMLParser):
    """A page of the site: its anchors, and all that it refers to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.anchors = {""}
        self.references: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value is not None}
        self.anchors.add(given.get("id", ""))
        self.references += [given[name] for name in ("href", "src") if name in given]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Html]:
    """The pages of the site, by their paths, as `make docs` builds them."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    folders: list[str | Path] = ["-d", folder / "read", ROOT / "docs", folder / "html"]
    made = subprocess.run([*build, *folders], capture_output=True, text=True, check=False)
    assert (made.stderr, made.returncode) == ("", 0)
    return {path: Html(path) for path in sorted((folder / "html").rglob("*.html"))}


def dead_links(site: dict[Path, Html]) -> list[str]:
    """The references within the site that lead nowhere: page, and what it refers to."""
    dead = []
    for path, html in site.items():
        for reference in html.references:
            if urlsplit(reference).scheme:
                continue
            name, anchor = urldefrag(reference)
            target = (path.parent / unquote(urlsplit(name).path)).resolve() if name else path
            there = target in site and unquote(anchor) in site[target].anchors
            if not there and not (target.is_file() and not anchor):
                dead.append(f"{path.name}: {reference}")
    return dead


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_of_a_document_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    links = {document.parent / link for link in LINK.findall(text)}
    # The changelog names files as they were called at the time.
    paths = {ROOT / path for path in PATH.findall(text) if document.name != "CHANGELOG.md"}
    assert [path for path in sorted(links | paths) if not path.exists()] == []


def test_a_document_has_links_and_paths_to_check() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert "docs/contributors/architecture.md" in LINK.findall(text)
    assert "shop/orders/states.py" in PATH.findall(text)


def test_links_within_the_site_lead_somewhere(site: dict[Path, Html]) -> None:
    pages = {path.stem for path in site}
    assert pages >= {"index", "settings", "architecture", "glossary", "contributing", "changelog"}
    assert dead_links(site) == []


def test_dead_links_of_a_site_are_found(tmp_path: Path) -> None:
    (tmp_path / "style.css").touch()
    pages = {
        "a.html": '<p id="here"><a href="#here"></a><a href="b.html#there"></a><a href="#gone">',
        "b.html": '<p id="there"><a href="c.html"></a><img src="style.css"><a href="a.html#no">',
    }
    for name, text in pages.items():
        (tmp_path / name).write_text(text)
    found = {path: Html(path) for path in sorted(tmp_path.glob("*.html"))}
    assert dead_links(found) == ["a.html: #gone", "b.html: c.html", "b.html: a.html#no"]


# The theme's words around a page, by language.
AROUND = {
    "en": ["Skip to content", "Back to top", "Next", "Previous", "On this page"],
    "de": ["Zum Inhalt springen", "Nach oben", "Weiter", "Zurück", "Auf dieser Seite"],
}


@pytest.mark.parametrize(
    ("page", "language"), [("staff/orders.html", "en"), ("staff/de/orders.html", "de")]
)
def test_page_of_the_site_has_the_words_of_its_language_around_it(
    site: dict[Path, Html], page: str, language: str
) -> None:
    path = next(path for path in site if path.as_posix().endswith(f"/html/{page}"))
    html = path.read_text("utf-8")
    words = re.compile(rf">\s*({'|'.join(AROUND['en'] + AROUND['de'])})\s*<")
    assert f'lang="{language}"' in html
    assert words.findall(html) == AROUND[language]


def test_the_site_loads_nothing_from_other_hosts(site: dict[Path, Html]) -> None:
    loaded = re.compile(
        r"<(?:script|img|iframe)[^>]*src=\"https?:|<link[^>]*href=\"https?:|@import"
    )
    assert loaded.search('<script src="https://cdn.example.com/a.js">')
    assert [path.name for path in site if loaded.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("language", HANDBOOKS)
def test_each_picture_of_the_handbook_is_of_a_scene_and_shown(language: str) -> None:
    shown = handbook_scenes(language)
    scenes = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/scenes*.py"))
    assert {path.stem for path in (HANDBOOKS[language] / "pictures").iterdir()} == shown
    assert sorted(name for name in shown if f'Scene("{name}"' not in scenes) == []


def test_the_pictures_of_the_handbook_are_small() -> None:
    sizes = [path.stat().st_size for path in HANDBOOKS["en"].rglob("pictures/*.webp")]
    assert len(sizes) > len(handbook_scenes("en")) > 9
    assert sum(sizes) < 2_000_000


def test_the_handbook_has_the_same_pages_and_sections_in_both_languages() -> None:
    outlines = [
        {
            page.name: [line.count("#") for line in HEADING.findall(page.read_text("utf-8"))]
            for page in sorted(folder.glob("*.md"))
        }
        for folder in HANDBOOKS.values()
    ]
    assert outlines[0] == outlines[1]
    assert outlines[0]["health.md"] == [1, 2, 2]


def test_the_handbook_calls_things_as_the_pages_do() -> None:
    english, german = (
        {
            " ".join(name.split())
            for page in folder.glob("*.md")
            for name in NAME.findall(page.read_text("utf-8"))
        }
        for folder in HANDBOOKS.values()
    )
    catalogue = [(key(each)[1], translations(each)) for each in german_catalogue() if each.id]
    assert "Approve" in english
    assert sorted(english - {text for text, _translations in catalogue}) == []
    assert "Freigeben" in german
    assert sorted(german - {text for _text, said in catalogue for text in said}) == []


@pytest.mark.parametrize("guide", ["guide", "open_order"])
def test_partners_read_which_chapters_the_guides_have(guide: str) -> None:
    groups = json.loads((ROOT / "shop" / "guide" / "chapters.json").read_text("utf-8"))[guide]
    lists = [
        f"- {group}: {', '.join(heading for heading, _sentence in chapters.values())}\n"
        for group, chapters in groups.items()
    ]
    page = (ROOT / "docs" / "partners" / "index.md").read_text(encoding="utf-8")
    printed = page.partition(f"<!-- begin {guide} -->\n")[2].partition(f"<!-- end {guide} -->")[0]
    assert printed == f"\n{''.join(lists)}\n"
