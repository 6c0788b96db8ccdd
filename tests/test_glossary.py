"""Texts use one word for one thing: none that the glossary excludes, in either language."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.utils import translation

from shop.orders.error_codes import ERROR_CODES, customer_error_text
from tests.marked_texts import ROOT, german_catalogue, key, texts_of_the_project, translations

pytestmark = pytest.mark.once

# Files whose texts customers do not read, beside the guides, which are English for programmers. The
# labels of fields and the texts of errors have a second text for customers.
STAFF = re.compile(
    r"""
    templates/(backoffice|admin|api)/ | portal/backoffice/
    | shop/\w+/(admin|forms|models|features|apps)\.py | shop/notifications/\w+/models\.py
    | shop/notifications/emails/(staff_|iban_notice) | shop/(packing|access|billing)/
    | shop/catalogue/(seller|features) | shop/orders/(order_fields|error_codes)\.py
    """,
    re.VERBOSE,
)
# allauth's and Django's own English, which we only translate.
FOREIGN = "portal/accounts/allauth_texts.py"
# Where the word is not one for the buyer's own company: a film's client, our customers; and titles of
# mails, which staff read.
RIGHT = re.compile(
    r"Schon Kunde\?|Kunde seit|Einige unserer Kunden|editor and client watch|Schnitt und Kunde sichten"
    r"|^gesperrt, an die Kundenverwaltung$|^durch den Kunden$"
)
# What is no text: values, and tags with their attributes.
NO_TEXT = re.compile(r"%\(\w+\)[sd]|<[^>]*>")


def excluded(customers: bool, language: str) -> re.Pattern[str]:
    """The patterns of the words that readers are not to find, by the table of the glossary."""
    table = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    section = table.partition("## Words that pages do not use")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section.splitlines()]
    words = [
        word.strip()
        for reader, tongue, no, _but in (row for row in rows if len(row) == 4)
        if tongue == language and (reader == "everybody" or customers)
        for word in no.split(",")
    ]
    assert words
    patterns = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"(?<!\w)({'|'.join(patterns)})(?!\w)", re.IGNORECASE)


def texts(language: str) -> Iterator[tuple[str, set[str]]]:
    """Each text in `language`, and the files that have it."""
    german = {key(each): translations(each) for each in german_catalogue() if each.id}
    for each, files in texts_of_the_project().items():
        if language == "German":
            said = german.get(each, ())
        else:
            said = tuple(filter(None, each[1:])) if files != {FOREIGN} else ()
        for text in said:
            yield text, files


def found(pattern: re.Pattern[str], text: str) -> str:
    """The excluded word within `text`, or ""."""
    match = pattern.search(RIGHT.sub(" ", NO_TEXT.sub(" ", text)))
    return match[0] if match else ""


@pytest.mark.parametrize(
    ("customers", "language", "text", "word"),
    [
        (True, "English", "Your client has a new tier.", "client"),
        (False, "English", "Your client has a new tier.", ""),
        (False, "English", "An email to %(username)s", "email"),
        (True, "German", "Ihr Kunde bekommt eine Gutschrift.", "Kunde"),
        (False, "German", "Die Gutschriften Ihrer Kunden", "Gutschriften"),
        (True, "German", "Niemand sonst, und <a class='login'>das</a> ist gut.", ""),
    ],
)
def test_excluded_words_are_found(customers: bool, language: str, text: str, word: str) -> None:
    assert found(excluded(customers, language), text) == word


def terms() -> Iterator[str]:
    """The terms that the glossary defines, and the models that it names among them."""
    table = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for line in table.partition("## Words that mean one thing only")[0].splitlines():
        term = line.split(" | ")[0].removeprefix("| ")
        if line.startswith("| ") and term not in {"code", "---"}:
            yield from {term.replace("`", ""), *re.findall(r"`([A-Z]\w+)`", term)}


def test_glossary_defines_no_term_twice() -> None:
    counts = Counter(terms())
    assert counts["Seller"] == counts["open order, Basket"] == counts["Basket"] == 1
    assert [term for term, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("language", ["English", "German"])
def test_texts_use_the_words_of_the_glossary(language: str) -> None:
    everybody, customers = (excluded(each, language) for each in (False, True))
    faults = []
    for text, files in texts(language):
        theirs = {file for file in files if not STAFF.match(file)}
        word = found(customers if theirs else everybody, text)
        if word and not all(file.startswith("templates/api/") for file in files):
            faults.append(f"{word}: {text} ({', '.join(sorted(theirs or files))})")
    assert faults == []


@pytest.mark.parametrize(("language", "code"), [("English", "en"), ("German", "de")])
def test_customers_read_their_words_in_errors(language: str, code: str) -> None:
    pattern = excluded(True, language)
    with translation.override(code):
        told = [customer_error_text(each) for each in ERROR_CODES]
    assert [text for text in told if found(pattern, text)] == []
