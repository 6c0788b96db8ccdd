"""Checks of THEME_DIR: files that replace nothing, colours that cannot be told apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning
from django.template.utils import get_app_template_dirs

from shop.theme import SHEET, theme_file

# What only themes have, and folders for anything.
OWN_FILES = {"static/theme.css", "static/logo.svg"}
OWN_FOLDERS = ("static/theme/", "templates/theme/")
CARDS = "card*.png"
TEXTS = ("ink", "muted", "tally", "good", "wait", "fault")
# Text, background, and the contrast that WCAG 2.2 AA asks for.
PAIRS = [
    *((text, ground, 4.5) for text in TEXTS for ground in ("paper", "raised")),
    *(("on-tally", ground, 4.5) for ground in ("tally", "tally-pressed")),
    *(("edge", ground, 3.0) for ground in ("paper", "raised")),
]


@register("theme")
def check_theme(**kwargs: Any) -> list[CheckMessage]:
    """Warn of what a theme holds without effect, and of what people cannot read."""
    found = [*_old_pictures(), *_colors()]
    if settings.THEME_DIR:
        folder = Path(settings.THEME_DIR)
        found += [*_unknown_files(folder), *_unknown_sentences(folder)]
    return found


def _unknown_files(folder: Path) -> Iterator[CheckMessage]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or path.name.startswith((".", "README", "LICENSE")):
            continue
        if name not in OWN_FILES and not name.startswith(OWN_FOLDERS) and not _replaces(name):
            yield CheckWarning(
                f"{name} in THEME_DIR replaces no file of the shop.",
                hint=f"Files of your own belong into {' or '.join(OWN_FOLDERS)}.",
                id="theme.W001",
            )


def _replaces(name: str) -> bool:
    """Tell whether the shop has a file that the theme's file of that name stands for."""
    kind, _slash, rest = name.partition("/")
    match kind:
        case "static":
            return Path(settings.BASE_DIR, name).is_file()
        case "templates":
            ours = [Path(settings.BASE_DIR, "templates"), *get_app_template_dirs("templates")]
            return any((each / rest).is_file() for each in ours)
        case "locale":
            catalogues = [f"{code}/LC_MESSAGES/django" for code, _name in settings.LANGUAGES]
            return rest.rpartition(".")[0] in catalogues
    return False


def _old_pictures() -> Iterator[CheckMessage]:
    """Warn of link previews that show our name beside that of the shop."""
    pictures = sorted(Path(settings.BASE_DIR, "static").glob(CARDS))
    ours = [path.name for path in pictures if theme_file(path.name) is None]
    if ours and settings.SHOP_NAME != settings.SHIPPED_NAME:
        yield CheckWarning(
            f"Link previews of {settings.SHOP_NAME} show a picture that says {settings.SHIPPED_NAME}.",
            hint=f"Put pictures of 1200 × 630 into static/: {', '.join(ours)}.",
            id="theme.W002",
        )


def _colors() -> Iterator[CheckMessage]:
    sheet = theme_file(SHEET)
    if sheet is None:
        return
    from shop.theme_colors import SCHEMES, contrast, declared  # only themes need the library

    ours: dict[str, str] = {}
    for path in sorted(Path(settings.BASE_DIR, "static", "css").glob("*.css")):
        ours = declared(path.read_text(encoding="utf-8")) | ours
    theirs = declared(sheet.read_text(encoding="utf-8"))
    for name in theirs.keys() - ours.keys() - _own(theirs):
        yield CheckWarning(f"{SHEET} sets {name}, which no page uses.", id="theme.W003")
    tokens = ours | theirs
    for text, ground, least in PAIRS:
        for scheme in SCHEMES:
            ratio = contrast(tokens, f"--{text}", f"--{ground}", scheme)
            if ratio is None:
                message = f"The colour of --{text} or --{ground} in {scheme} cannot be read."
                yield CheckWarning(message, id="theme.W004")
            elif ratio < least:
                message = f"--{text} on --{ground} has a contrast of {ratio:.1f}:1 in {scheme}"
                yield CheckWarning(f"{message}; {least:g}:1 is the least.", id="theme.W005")


def _own(tokens: dict[str, str]) -> set[str]:
    """Return the names that other values of the theme are made of."""
    return {name for name in tokens if any(f"var({name})" in value for value in tokens.values())}


def _unknown_sentences(folder: Path) -> Iterator[CheckMessage]:
    catalogues = sorted(folder.glob("locale/*/LC_MESSAGES/django.mo"))
    if not catalogues:
        return
    from babel.messages.mofile import read_mo  # the shop itself only reads what is compiled

    def sentences(path: Path) -> set[str]:
        with path.open("rb") as file:
            return {str(message.id) for message in read_mo(file) if message.id}

    ours = sentences(Path(settings.BASE_DIR, "locale", "de", "LC_MESSAGES", "django.mo"))
    files = [path for path in sorted(folder.glob("templates/**/*.*")) if path.is_file()]
    theirs = "".join(path.read_text(encoding="utf-8", errors="replace") for path in files)
    for path in catalogues:
        for sentence in sorted(each for each in sentences(path) - ours if each not in theirs):
            name = path.relative_to(folder).with_suffix(".po").as_posix()
            yield CheckWarning(
                f"{name} replaces a sentence that no page has: {sentence}", id="theme.W006"
            )
