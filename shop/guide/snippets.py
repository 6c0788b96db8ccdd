"""Examples in several languages side by side, of which the reader chooses one for all pages."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings

register = template.Library()

EXAMPLES = Path(settings.BASE_DIR) / "templates" / "api" / "examples"
# Keeps the language that the reader chose; also the parameter that chooses it.
COOKIE = "snippets"


@dataclass(frozen=True)
class Language:
    """A language, or a framework in the language `family`."""

    label: str
    family: str


# By the ending of the files' names, in the order of the tabs.
LANGUAGES = {
    "curl": Language("curl", "curl"),
    "python": Language("Python", "python"),
    "javascript": Language("JavaScript", "javascript"),
    "flask": Language("Flask", "python"),
    "django": Language("Django", "python"),
    "express": Language("Express", "javascript"),
}


@dataclass(frozen=True)
class Tab:
    """One language of an example."""

    key: str
    language: Language
    file: str
    is_chosen: bool


@register.inclusion_tag("api/snippets.html", takes_context=True)
def snippets(context: dict[str, Any], name: str, label: str = "Example") -> dict[str, Any]:
    """Show the example `name`: the files `api/examples/<name>_<language>.txt` as tabs.

    Without script, a tab is a link that chooses the language. Raises LookupError where there is
    no such file.
    """
    keys = [key for key in LANGUAGES if (EXAMPLES / f"{name}_{key}.txt").is_file()]
    chosen = chosen_of(keys, context["snippet_language"])
    tabs = [
        Tab(key, LANGUAGES[key], f"api/examples/{name}_{key}.txt", key == chosen) for key in keys
    ]
    shown = {"name": name.replace("_", "-"), "label": label, "tabs": tabs}
    return {**{each: context[each] for each in ("base", "token", "demo")}, **shown}


def chosen_of(keys: list[str], choice: str) -> str:
    """The one of `keys` that a reader sees who chose `choice`: it, a relative, or the first."""
    if choice in keys:
        return choice
    family = LANGUAGES[choice].family if choice in LANGUAGES else ""
    related = (key for key in keys if LANGUAGES[key].family == family)
    first = next(related, None) or next(iter(keys), None)
    if first is None:
        raise LookupError("This example has no file.")
    return first
