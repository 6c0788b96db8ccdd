"""The form in which orders are searched: what people typed, as words without case and accents."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from shop.email_spellings import canonical_email, shown_email
from shop.invisible_characters import INVISIBLE

LONGEST = 100  # characters of a word that are compared
# German writes these vowels in two ways.
VOWELS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
ACCENTS = 200  # combining classes from here on are accents; those below change the letter
# What parts e-mail addresses from other text.
BETWEEN = re.compile(r"[\s,;:<>()\[\]{}\"“”„«»|]+")


def words_to_find(texts: Iterable[str]) -> set[str]:
    """All beginnings by which `texts` are found: of words, of their parts, of each text as one."""
    found: set[str] = set()
    for text in {*filter(None, texts)}:
        for form in _stored_forms(text):
            chunks = list(_chunks(form))
            found.update(word for chunk in chunks for word in _beginnings(chunk))
            found.add("".join(chunks))
    return {word[:LONGEST] for word in found if word}


def asked_email(email: str) -> tuple[str, ...]:
    """The forms of `email` of which one must be found."""
    spellings = (email, canonical_email(email))
    words = (word for spelling in spellings for form in _forms(spelling) for word in _chunks(form))
    return tuple(dict.fromkeys(word[:LONGEST] for word in words))


def asked_words(text: str) -> list[tuple[str, ...]]:
    """The words that `text` asks for, each in the forms of which one must be found."""
    plain, german = _forms(text)
    pairs = zip(_chunks(plain), _chunks(german), strict=True)
    words = (tuple(dict.fromkeys(form[:LONGEST] for form in pair)) for pair in pairs)
    return list(dict.fromkeys(words))


def _stored_forms(text: str) -> set[str]:
    spellings = {text, canonical_email(text), shown_email(text)} if "@" in text else {text}
    return {form for spelling in spellings for form in _forms(spelling)}


def _forms(text: str) -> tuple[str, str]:
    if text.isascii():
        return (text.lower(),) * 2
    form = _folded(text)
    german = unicodedata.normalize("NFC", form).translate(VOWELS)
    return _without_accents(form), _without_accents(german)


def _folded(text: str) -> str:
    # Twice: folding one character may give another that folds again.
    for _time in range(2):
        text = INVISIBLE.sub("", unicodedata.normalize("NFKD", text))
        text = unicodedata.normalize("NFKD", text.upper().casefold())
    return INVISIBLE.sub("", text)


def _without_accents(text: str) -> str:
    letters = (sign for sign in text if unicodedata.combining(sign) < ACCENTS)
    return unicodedata.normalize("NFC", "".join(letters))


def _chunks(text: str) -> Iterator[str]:
    """Yield e-mail addresses as they are, and of everything else the words."""
    for chunk in BETWEEN.split(text):
        local, _at, domain = chunk.strip("'.-!?").rpartition("@")
        if local and domain:
            yield f"{local}@{domain}"
            continue
        words = "".join(sign if _is_of_word(sign) or sign == "." else " " for sign in chunk)
        yield from filter(None, (word.strip(".") for word in words.split()))


@lru_cache(1024)
def _is_of_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] not in "PZC"


def _beginnings(chunk: str) -> Iterator[str]:
    """Yield the rest of `chunk` from each place where a word begins."""
    before = ""
    for position, sign in enumerate(chunk):
        if _is_of_word(sign) and not _is_letter(before):
            yield chunk[position:]
        before = sign


@lru_cache(1024)
def _is_letter(sign: str) -> bool:
    return bool(sign) and unicodedata.category(sign)[0] in "LNM"
