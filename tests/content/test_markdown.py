"""Markdown written by staff."""

import re
from html import unescape

import pytest

from shop.content.markdown import placeholders, render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**so** und\n*so*", "<p><strong>so</strong> und\n<em>so</em></p>\n"),
        ("## Kontakt", "<h2>Kontakt</h2>\n"),
        ("# Kontakt", "<h2>Kontakt</h2>\n"),
        ("- eins\n- zwei", "<ul>\n<li>eins</li>\n<li>zwei</li>\n</ul>\n"),
        ("[AGB](/terms/)", '<p><a href="/terms/">AGB</a></p>\n'),
        ("a\\\nb", "<p>a<br />\nb</p>\n"),
        ("[Firma]", "<p>[Firma]</p>\n"),
        ("per E-Mail-Programm", "<p>per E\u2011Mail-Programm</p>\n"),
    ],
)
def test_markdown_becomes_html(text: str, html: str) -> None:
    assert render(text) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<b onclick='x()'>fett</b>",
        "a <img src=https://elsewhere.example/x.png> b",
        "[x](javascript:alert(1))",
        "[x](  JaVaScRiPt:alert(1))",
        "[x](data:text/html,x)",
        "[x](vbscript:x)",
    ],
)
def test_markup_that_was_typed_is_shown_not_done(text: str) -> None:
    html = str(render(text))
    assert unescape(re.sub("</?p>", "", html)).strip() == text
    for harmful in ("<script", "<b ", "<img", "<a "):
        assert harmful not in html


def test_picture_is_not_fetched_from_elsewhere() -> None:
    html = render("![Logo](https://elsewhere.example/logo.png)")
    assert html == '<p>!<a href="https://elsewhere.example/logo.png">Logo</a></p>\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[Firma], [Straße und Nr.]", ["[Firma]", "[Straße und Nr.]"]),
        ("## Für [Firma]\n\n- [Ort]\n- [Firma]", ["[Firma]", "[Ort]"]),
        ("Siehe [AGB](/terms/) und [hier][1].\n\n[1]: /privacy/", []),
        ("**[Frist]**", ["[Frist]"]),
        ("Nichts offen.", []),
        ("", []),
    ],
)
def test_placeholders_are_what_stands_in_brackets_and_is_no_link(
    text: str, found: list[str]
) -> None:
    assert placeholders(text) == found
