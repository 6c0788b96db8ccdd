"""Style sheets reach visitors without what only their authors need."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from shop.static_files import lean_css

pytestmark = pytest.mark.once

SHEET = """/* Says why. */
.tier {
  /* it's "so" */
  color: var(--ink);

  &::before { content: "/* no comment */" / ""; }
}
"""
LEAN = """
.tier {
color: var(--ink);
&::before { content: "/* no comment */" / ""; }
}
"""


@pytest.mark.parametrize(
    ("source", "lean"),
    [
        (SHEET, LEAN),
        (
            "/*! Of somebody else: MIT. */\nb { top: 0 }",
            "/*! Of somebody else: MIT. */\nb { top: 0 }",
        ),
        (
            "a::after { content: 'it\\'s /* one */' } /* gone */",
            "a::after { content: 'it\\'s /* one */' } ",
        ),
        # Without it these would be one word, and one selector more.
        ("a { margin: 0/* top */auto }", "a { margin: 0/**/auto }"),
        ("b/* of */.c {\n  top: 0; /* gone */\n}", "b/**/.c {\ntop: 0; \n}"),
        ("b/* x */ c { top: 0/* y */}", "b c { top: 0/**/}"),
    ],
)
def test_comments_and_indentation_are_left_out(source: str, lean: str) -> None:
    assert lean_css(source) == lean


def test_collected_sheet_is_lean_under_the_name_that_visitors_get(
    settings: Settings, tmp_path: Path
) -> None:
    sources, collected = tmp_path / "sources", tmp_path / "collected"
    sources.mkdir()
    (sources / "tiers.css").write_text(SHEET)
    (sources / "live.js").write_text("/* Says why. */\n  wait()\n")
    settings.STATIC_ROOT, settings.STATICFILES_DIRS = collected, [sources]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    backend = {"BACKEND": "shop.static_files.LeanManifestStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": backend}
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert names["tiers.css"] != "tiers.css"
    assert (collected / names["tiers.css"]).read_text() == LEAN
    assert (collected / "tiers.css").read_text() == SHEET
    assert (collected / names["live.js"]).read_text() == "/* Says why. */\n  wait()\n"
