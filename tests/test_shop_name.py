"""SHOP_NAME: the name of the shop, wherever people and programs read it."""

import re
from pathlib import Path

import pytest
from django.conf import settings as real
from pytest_django import Settings

from portal.accounts.mfa_adapter import FactorAdapter
from shop.guide.schema import describe
from shop.notifications.emails.kinds import render
from shop.theme import download_name
from tests.notifications.each_kind import make_message
from tests.pages import html, visitor
from tests.test_settings import PRODUCTION, manage

NAME = "Licht & Ton"
# The default, the firm of the demo, and texts that staff edit as rows.
MAY_SAY_SLATE = ("shop/settings/theme.py", "shop/theme_checks.py", "demo_texts.py", "shipped_texts")


@pytest.fixture
def named(settings: Settings) -> None:
    settings.SHOP_NAME = NAME


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/tiers/s/", "/account/login/", "/imprint/", "/nothing/"])
def test_pages_say_the_name_that_is_set(path: str, settings: Settings) -> None:
    assert "Slate</title>" in html(visitor().get(path, {"x": 1}))
    settings.SHOP_NAME = NAME
    page = html(visitor(language="de").get(path, {"x": 1}))
    assert "· Licht &amp; Ton</title>" in page
    wordmark = re.search(r'<a class="wordmark".*?</a>', page, re.DOTALL)
    assert wordmark
    assert "Licht &amp; Ton" in wordmark[0]


@pytest.mark.django_db
def test_link_previews_and_search_engines_are_told_the_name(named: None) -> None:
    page = html(visitor().get("/tiers/s/", {"x": 1}))
    assert '<meta property="og:site_name" content="Licht &amp; Ton">' in page
    assert '"brand": {"@type": "Brand", "name": "Licht \\u0026 Ton"}' in page
    assert describe("https://shop.example", [])["info"]["title"] == "Licht & Ton orders API"


@pytest.mark.django_db
def test_mails_are_signed_with_the_name(named: None, settings: Settings) -> None:
    mail = render(make_message("received", "en", settings))
    assert mail.text.rstrip().endswith(f"\n{NAME}")
    assert '<p class="wordmark">Licht &amp; Ton</p>' in mail.html
    colleague = render(make_message("colleague", "de", settings))
    assert colleague.subject == f"Sie sind in das Backoffice von {NAME} eingeladen"
    assert f"lädt Sie in das Backoffice von {NAME} ein." in colleague.text


def test_sender_of_mails_has_the_name(tmp_path: Path) -> None:
    code = "from django.conf import settings; print(settings.DEFAULT_FROM_EMAIL)"
    result = manage(tmp_path, "shell", "-v0", "-c", code, **PRODUCTION, SHOP_NAME="Lichtwerk")
    assert result.stdout.strip() == "Lichtwerk <no-reply@shop.example>"


def test_passkeys_and_authenticator_apps_show_the_name(named: None) -> None:
    assert FactorAdapter().get_totp_issuer() == NAME


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Slate", "slate-my-data.json"),
        (NAME, "licht-ton-my-data.json"),
        ("映画", "shop-my-data.json"),
    ],
)
def test_downloads_begin_with_the_name(name: str, file: str, settings: Settings) -> None:
    settings.SHOP_NAME = name
    assert download_name("my-data.json") == file


def test_name_is_written_in_the_settings_alone() -> None:
    root = Path(real.BASE_DIR)
    sources = [
        path
        for folder in ("shop", "portal", "templates", "locale", "static")
        for path in (root / folder).rglob("*.*")
        if path.suffix in {".py", ".html", ".txt", ".typ", ".po", ".js"}
    ]
    saying = [
        str(path.relative_to(root))
        for path in sources
        if re.search(r"\bSlate\b(?! ?\w*-)", path.read_text(encoding="utf-8"))
    ]
    assert [path for path in saying if not any(each in path for each in MAY_SAY_SLATE)] == [
        "locale/de/LC_MESSAGES/django.po"  # its own title
    ]
