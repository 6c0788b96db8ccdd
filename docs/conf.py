"""The site of the documentation: `make docs` builds it with Sphinx into `docs/_build/html`."""  # noqa: INP001 - read by Sphinx, in no package

import re
import tomllib
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
# The shop's own colours, light and dark, and its typefaces.
STYLES = (ROOT / "static" / "css" / "foundation.css").read_text(encoding="utf-8")
TOKENS = re.findall(r"--(\w+): light-dark\(([^;]+)\);", STYLES)
COLOURS = {name: re.split(r", (?=\w+\(|white)", both, maxsplit=1) for name, both in TOKENS}
TYPEFACES = dict(re.findall(r"--(sans|mono): ([^;]+);", STYLES))
# The colours of the theme furo by the tokens of the shop.
USES = {
    "background-primary": "paper",
    "background-secondary": "raised",
    "background-hover": "raised",
    "background-border": "line",
    "foreground-primary": "ink",
    "foreground-secondary": "muted",
    "foreground-muted": "muted",
    "foreground-border": "edge",
    "brand-primary": "ink",
    "brand-content": "ink",
    "brand-visited": "ink",
    "link-underline": "edge",
    "link-underline--hover": "tally",
    "link-underline--visited": "edge",
    "code-background": "raised",
    "inline-code-background": "raised",
}


def look(scheme: int) -> dict[str, str]:
    """The variables of furo in light (0) or dark (1)."""
    typefaces = {
        "font-stack": TYPEFACES["sans"],
        "font-stack--monospace": TYPEFACES["mono"],
    }
    return typefaces | {f"color-{use}": COLOURS[token][scheme] for use, token in USES.items()}


project = "Slate"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
nitpicky = True  # a link to what does not exist is a warning, and warnings fail the build
myst_heading_anchors = 4
linkcheck_ignore = [r"https?://localhost"]

html_theme = "furo"
html_theme_options = {"light_css_variables": look(0), "dark_css_variables": look(1)}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_title = f"Slate {release}"
html_favicon = "../static/favicon.svg"
html_copy_source = False
html_show_copyright = False


# The theme's words on German pages. It has no German catalogue.
GERMAN = {
    "Back to top": "Nach oben",
    "Home": "Startseite",
    "Made with ": "Erstellt mit ",
    "Next": "Weiter",
    "On this page": "Auf dieser Seite",
    "Previous": "Zurück",
    "Search": "Suche",
    "Skip to content": "Zum Inhalt springen",
    '<a href="https://www.sphinx-doc.org/">Sphinx</a> and ': (
        '<a href="https://www.sphinx-doc.org/">Sphinx</a> und '
    ),
}


def in_german(words: str) -> str:
    """Return the words of the theme in German, where they have a translation."""
    return GERMAN.get(words, words)


def choose_language(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object
) -> None:
    """Show German pages with German words around them, and tell browsers their language."""
    if page.startswith("staff/de/"):
        context |= {"language": "de", "_": in_german, "gettext": in_german}


def setup(app: Sphinx) -> None:
    """Connect what the pages need."""
    app.connect("html-page-context", choose_language)
