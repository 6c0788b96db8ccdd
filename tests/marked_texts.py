"""The texts that the project marks for translation, and what the German catalogue makes of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
# For each function that marks a text: which of its arguments are context, text and plural.
MARKERS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
}
Key = tuple[str | None, str, str | None]


def marked(tree: ast.AST) -> Iterator[Key]:
    """The texts that code marks for translation: context, text, plural."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id not in MARKERS:
                continue
            texts = [
                argument.value
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                else None
                for argument in node.args
            ]
            context, text, plural = (
                None if place is None else texts[place] for place in MARKERS[node.func.id]
            )
            if text is not None:
                yield context, text, plural


def calls(templatized: str) -> Iterator[ast.AST]:
    """The calls in what Django makes of a template for xgettext: code amid filler."""
    for start in re.finditer(rf"\b({'|'.join(MARKERS)})\(", templatized):
        for end in re.finditer(r"\)", templatized[start.start() :]):
            try:
                yield ast.parse(templatized[start.start() :][: end.end()])
            except SyntaxError:
                continue  # this bracket stands inside the text
            break


def texts_of_the_project() -> dict[Key, set[str]]:
    """Each text, and the files that have it, relative to the project."""
    found: dict[Key, set[str]] = {}

    def add(path: Path, keys: Iterator[Key]) -> None:
        for each in keys:
            found.setdefault(each, set()).add(str(path.relative_to(ROOT)))

    for room in ("shop", "portal"):
        for path in (ROOT / room).rglob("*.py"):
            add(path, marked(ast.parse(path.read_text(encoding="utf-8"))))
    for path in (ROOT / "templates").rglob("*"):
        if path.suffix in {".html", ".txt"}:
            for call in calls(templatize(path.read_text(encoding="utf-8"))):
                add(path, marked(call))
    return found


def several(text: object) -> tuple[str, ...]:
    """The text of a catalogue as a tuple: of one string, or of singular and plural."""
    return tuple(str(each or "") for each in (text if isinstance(text, tuple) else (text,)))


def key(message: Message) -> Key:
    text, *plural = several(message.id)
    return message.context, text, plural[0] if plural else None


def translations(message: Message) -> tuple[str, ...]:
    return several(message.string)


def german_catalogue() -> Catalog:
    """The German catalogue as it is written."""
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="de")
