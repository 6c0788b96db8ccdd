"""Compiled message catalogues: without them every page speaks English, and nothing fails."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

SENTENCE = "These languages have no compiled catalogue: {}. Run manage.py collectstatic first."


def compile_catalogues() -> None:
    """Compile each catalogue that changed since it was compiled last."""
    from babel.messages.mofile import write_mo  # the shop itself only reads what is compiled
    from babel.messages.pofile import read_po

    for source in _sources():
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        # Processes that start meanwhile read the old file or the new one, never a part.
        unfinished = source.with_suffix(".mo.new")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(compiled)


@register("translation")
def check_catalogues(**kwargs: Any) -> list[CheckMessage]:
    """Refuse to start without compiled catalogues: the order button's words are in them."""
    missing = _missing()
    return [Error(SENTENCE.format(missing), id="languages.E001")] if missing else []


def refuse_missing_catalogues() -> None:
    """Raise SystemExit with one sentence: the web server starts without checks."""
    if missing := _missing():
        raise SystemExit(SENTENCE.format(missing))


def _sources() -> Iterator[Path]:
    for directory in settings.LOCALE_PATHS:
        yield from sorted(Path(directory).glob("*/LC_MESSAGES/django.po"))


def _missing() -> str:
    missing = [each for each in _sources() if not each.with_suffix(".mo").exists()]
    return ", ".join(each.parts[-3] for each in missing)
