"""THEME_DIR: an adopter's folder, whose files come before the shop's own."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as real
from django.core.management import call_command
from pytest_django import Settings

from shop.message_catalogues import compile_catalogues
from shop.notifications.emails.kinds import render
from shop.theme import MAIL_COLORS, mail_colors, theme_url
from shop.theme_checks import check_theme
from shop.theme_colors import declared, hex_color
from tests.notifications.each_kind import make_message
from tests.pages import html, visitor
from tests.test_settings import PRODUCTION, manage

pytestmark = pytest.mark.once

EXAMPLE = Path(real.BASE_DIR, "docs", "examples", "kulisse", "theme")
FOUNDATION = Path(real.BASE_DIR, "static", "css", "foundation.css")
MakeTheme = Callable[..., Path]


@pytest.fixture
def make_theme(tmp_path: Path, settings: Settings) -> MakeTheme:
    """Makes a theme of files and their contents, and sets it."""

    def make(files: dict[str, str]) -> Path:
        folder = tmp_path / "theme"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        settings.THEME_DIR = str(folder)
        settings.STATICFILES_DIRS = [folder / "static", *real.STATICFILES_DIRS]
        return folder

    return make


def complaints() -> list[tuple[str | None, str]]:
    return [(each.id, each.msg) for each in check_theme()]


def test_folder_that_is_missing_stops_the_start(tmp_path: Path) -> None:
    result = manage(tmp_path, "check", **PRODUCTION, THEME_DIR="/nowhere")
    assert result.stderr.strip() == "THEME_DIR is no folder: /nowhere"


def test_files_of_the_theme_come_first(tmp_path: Path) -> None:
    theme = tmp_path / "theme"
    for name in ("templates", "static", "locale"):
        (theme / name).mkdir(parents=True)
    code = """
from django.conf import settings
print(settings.TEMPLATES[0]["DIRS"][0], settings.STATICFILES_DIRS[0], settings.LOCALE_PATHS[0])
print(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"].get("font-src"))
"""
    result = manage(tmp_path, "shell", "-v0", "-c", code, **PRODUCTION, THEME_DIR=str(theme))
    paths = " ".join(str(theme / name) for name in ("templates", "static", "locale"))
    assert result.stdout == f"{paths}\n[\"'self'\"]\n"
    without = manage(tmp_path, "shell", "-v0", "-c", code, **PRODUCTION)
    assert str(theme) not in without.stdout
    assert without.stdout.endswith("\nNone\n")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/account/login/", "/nothing/"])
def test_pages_load_the_sheet_and_the_logo_of_a_theme(path: str, make_theme: MakeTheme) -> None:
    plain = html(visitor().get(path, {"x": 1}))
    assert 'class="wordmark__tally"' in plain
    assert "theme.css" not in plain
    make_theme({"static/theme.css": "", "static/logo.svg": "<svg/>"})
    page = html(visitor(language="de").get(path, {"x": 1}))
    assert '<link rel="stylesheet" href="/static/theme.css">' in page
    assert '<img src="/static/logo.svg" alt="Slate">' in page
    assert 'class="wordmark__tally"' not in page


def test_error_pages_need_no_list_of_hashed_names(
    make_theme: MakeTheme, settings: Settings, tmp_path: Path
) -> None:
    make_theme({"static/theme.css": ""})
    settings.STATIC_ROOT = tmp_path / "nothing collected"
    settings.STORAGES = real.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    assert theme_url("theme.css") == "/static/theme.css"
    assert theme_url("logo.svg") == ""


def test_file_of_a_theme_is_collected_though_it_is_older(
    make_theme: MakeTheme, settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "collected"
    collected = tmp_path / "collected" / "favicon.svg"
    call_command("collectstatic", interactive=False, verbosity=0)
    assert collected.read_bytes() == (FOUNDATION.parents[1] / "favicon.svg").read_bytes()
    theme = make_theme({"static/favicon.svg": "<svg>ours</svg>"})
    os.utime(theme / "static" / "favicon.svg", (0, 0))
    call_command("collectstatic", interactive=False, verbosity=0)
    assert collected.read_text() == "<svg>ours</svg>"


def test_colours_of_mails_are_the_tokens_of_pages() -> None:
    tokens = declared(FOUNDATION.read_text(encoding="utf-8"))
    for scheme, colors in MAIL_COLORS.items():
        assert colors == {
            name: hex_color(tokens, f"--{name.replace('_', '-')}", scheme) for name in colors
        }


@pytest.mark.django_db
def test_mails_take_the_colours_of_a_theme(make_theme: MakeTheme, settings: Settings) -> None:
    message = make_message("received", "en", settings)
    assert "#cc2827" in render(message).html
    sheet = ":root { --tally: light-dark(oklch(48% 0.1 180), #57d3b7); --ink: nonsense; }"
    make_theme({"static/theme.css": sheet})
    assert mail_colors("light")["ink"] == MAIL_COLORS["light"]["ink"]
    assert mail_colors("dark")["tally"] == "#57d3b7"
    mail = render(message).html
    assert (mail_colors("light")["tally"] in mail, "#cc2827" in mail) == (True, False)


def test_own_colours_can_be_read(make_theme: MakeTheme) -> None:
    make_theme({"static/theme.css": ":root { --radius: 0 }"})
    assert complaints() == []


def test_colours_that_cannot_be_told_apart_are_reported(make_theme: MakeTheme) -> None:
    sheet = """
/* --muted: red; */
.button--small:hover { color: red }
:root { --pale: #ff8888; --tally: light-dark(var(--pale), #57d3b7); --radios: 2px; --good: what }
"""
    make_theme({"static/theme.css": sheet})
    found = complaints()
    assert found[0] == ("theme.W003", "theme.css sets --radios, which no page uses.")
    unread = "The colour of --good or --paper in light cannot be read."
    pale = "--tally on --paper has a contrast of 2.2:1 in light; 4.5:1 is the least."
    assert ("theme.W004", unread) in found
    assert ("theme.W005", pale) in found
    assert {message.split()[0] for id_, message in found if id_ == "theme.W005"} == {
        "--tally", "--on-tally"
    }  # fmt: skip


def test_files_that_replace_nothing_are_reported(make_theme: MakeTheme) -> None:
    make_theme(
        dict.fromkeys(
            (
                "README.md", "theme.css", "static/theme/own.woff2", "static/favicon.svg",
                "static/favicon.svgz", "templates/base.html", "templates/theme/note.html",
                "templates/account/login.html", "templates/includes/wordmarks.html", "mails/logo.png",
                "locale/fr/LC_MESSAGES/django.po", "locale/en/LC_MESSAGES/django.po",
            ),
            "",
        )
    )  # fmt: skip
    names = [msg.partition(" ")[0] for id_, msg in complaints() if id_ == "theme.W001"]
    assert names == [
        "locale/fr/LC_MESSAGES/django.po", "mails/logo.png", "static/favicon.svgz",
        "templates/includes/wordmarks.html", "theme.css",
    ]  # fmt: skip


def test_picture_that_says_another_name_is_reported(
    make_theme: MakeTheme, settings: Settings
) -> None:
    assert complaints() == []
    settings.SHOP_NAME = "Kulisse"
    sentence = "Link previews of Kulisse show a picture that says Slate."
    assert complaints() == [("theme.W002", sentence)]
    make_theme({"static/card.de.png": "", "static/card.en.png": ""})
    assert complaints() == []


def test_sentence_that_no_page_has_is_reported(make_theme: MakeTheme, settings: Settings) -> None:
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    entries = 'msgid "Cancelled."\nmsgstr "Called off."\n\nmsgid "Gone."\nmsgstr "Away."\n'
    theme = make_theme({"locale/en/LC_MESSAGES/django.po": head + entries})
    settings.LOCALE_PATHS = [theme / "locale"]
    # What is no text, as systems put beside templates, is not read as one.
    (theme / "templates" / "theme.old").mkdir(parents=True)
    (theme / "templates" / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1\xff")
    compile_catalogues()
    sentence = "locale/en/LC_MESSAGES/django.po replaces a sentence that no page has: Gone."
    assert complaints() == [("theme.W006", sentence)]


def test_example_passes_its_checks(tmp_path: Path, settings: Settings) -> None:
    theme = shutil.copytree(EXAMPLE, tmp_path / "theme")
    settings.SHOP_NAME, settings.THEME_DIR = "Kulisse", str(theme)
    settings.LOCALE_PATHS = [theme / "locale"]
    compile_catalogues()
    assert complaints() == []
    settings.SHOP_NAME = "Slate"
    (theme / "static" / "theme.cs").touch()
    assert [id_ for id_, _message in complaints()] == ["theme.W001"]
