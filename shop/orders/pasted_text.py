"""Read what people paste: links that mail gateways and search engines have wrapped, addresses."""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote

from shop.invisible_characters import INVISIBLE
from shop.orders.models import HASH

DEEPEST = 4  # wrappings one around the other
IN_PATH = re.compile(rf"(?:register|orders?)/({HASH.pattern})(?![0-9a-z])")
ALONE = re.compile(rf"(?<![0-9a-z])({HASH.pattern})(?![0-9a-z])")
# Quoted-printable, as the source of a mail shows it: a line that goes on, and "=3D" for "=".
SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
QUOTED = re.compile(r"=([0-9a-f]{2})", re.IGNORECASE)
# Proofpoint writes "-2F" for "/" in its second version, or "_".
PROOFPOINT = re.compile(r"-([0-9a-f]{2})", re.IGNORECASE)
EMAIL = re.compile(r"[^\s<>()\[\],;:\"?&/\\|@]+@[^\s<>()\[\],;:\"'?&=/\\|@]+")


def find_hash(text: str) -> str | None:
    """The hash of an order in `text`: alone, in a link, or in a link within a link; or None."""
    for reading in _readings(text.strip()):
        # Gateways add digests of their own, so the path of our pages comes first.
        if found := IN_PATH.search(reading):
            return found[1]
    for reading in _readings(text.strip()):
        if found := ALONE.search(reading):
            return found[1]
    return None


def find_email(text: str) -> str | None:
    """The one e-mail address that `text` is: bare, `Name <address>` or `mailto:…`; or None."""
    plain = INVISIBLE.sub("", unicodedata.normalize("NFC", unescape(text))).strip()
    link = re.fullmatch(r"<?mailto:([^?>]+)(?:\?[^>]*)?>?", plain, re.IGNORECASE)
    if link:
        plain = unquote(link[1])
    # One way to match only: anybody may paste thousands of blanks.
    if named := re.search(r"<([^<>]*)>[\s.,;]*$", plain):
        plain = re.sub(r"^\s*mailto:", "", named[1], flags=re.IGNORECASE)
    bare = plain.strip(" \t\r\n\"'“”„‚‘’«»‹›<>()[],;:.")
    return bare if EMAIL.fullmatch(bare) else None


def _readings(text: str) -> Iterator[str]:
    """Yield `text` and what it reads when its wrappings are undone, in small letters."""
    seen: set[str] = set()
    layers = {text}
    for _depth in range(DEEPEST):
        layers = {reading for layer in layers for reading in _unwrapped(layer)} - seen
        for reading in sorted(layers, key=len, reverse=True):
            yield reading.lower()
        seen |= layers


def _unwrapped(text: str) -> Iterator[str]:
    yield text
    plain = INVISIBLE.sub("", unicodedata.normalize("NFKC", unescape(text)))
    yield plain
    # Mail programs break links into lines.
    yield "".join(plain.split())
    yield unquote(plain)
    if "=" in plain:
        # Fields of one line turn the break of a soft line break into a blank, or drop it.
        yield re.sub(r"=\s*", "", plain)
        yield QUOTED.sub(_character, SOFT_BREAK.sub("", plain))
    if "urldefense" in plain.lower():
        yield PROOFPOINT.sub(_character, plain.replace("_", "/"))


def _character(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))
