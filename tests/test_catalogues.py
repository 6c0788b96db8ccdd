"""The German catalogue says all that the project says: no more, no less, and with care."""

import os
import re
import shutil
from html import unescape
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from django.core.management import call_command
from pytest_django import Settings

from shop.message_catalogues import (
    check_catalogues,
    compile_catalogues,
    refuse_missing_catalogues,
)
from tests.marked_texts import (
    CATALOGUE,
    ROOT,
    german_catalogue,
    key,
    texts_of_the_project,
    translations,
)

pytestmark = pytest.mark.once

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

AGREED = {
    "Order received. We'll start in a moment.": "Eingegangen. Wir fangen gleich an.",
    "We need a few more details from you.": "Es fehlen noch Angaben von Ihnen.",
    "We're setting up your project. Nothing for you to do.": (
        "Wird gerade eingerichtet. Sie müssen nichts tun."
    ),
    "All set. We've sent your sign-in link to %(address)s.": (
        "Fertig. Ihr Zugang ist bereit; der Link ist unterwegs an %(address)s."
    ),
    "All set, but we couldn't deliver e-mail to %(address)s. Please check the address.": (
        "Fertig. Aber an %(address)s ließ sich nichts zustellen. Bitte prüfen Sie die Adresse."
    ),
    "One detail needs fixing. Please check the highlighted field.": (
        "Eine Angabe passt nicht. Bitte prüfen Sie das markierte Feld."
    ),
    "Something went wrong on our side. Your order is safe; we're on it and will e-mail you.": (
        "Bei uns hakt es. Ihre Bestellung ist sicher gespeichert; "
        "wir kümmern uns und schreiben Ihnen."
    ),
    "We're reviewing your order and will get back to you by the next working day.": (
        "Wir prüfen Ihre Bestellung persönlich und melden uns spätestens am nächsten Werktag."
    ),
    "Cancelled.": "Storniert.",
    "This is taking longer than usual. You can close this page; we'll e-mail you.": (
        "Das dauert länger als sonst. Sie können die Seite schließen; wir schreiben Ihnen."
    ),
    "Connection lost. We'll keep trying.": "Gerade keine Verbindung. Wir versuchen es weiter.",
}
# The same in every language.
NAMES = {"PDF", "PID", "XML", "OAuth", "URL", "ms"}


def bare_words(source: str) -> list[str]:
    """Words of a template that reach the reader as they stand, in any language."""
    source = re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", " ", source, flags=re.DOTALL)
    source = re.sub(
        r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}", " ", source, flags=re.DOTALL
    )
    # Names of classes, and of attributes, not words.
    names = r"{%\s*block (?:main_class|\w+_attributes)\s*%}.*?{%\s*endblock"
    source = re.sub(names, "{% endblock", source, flags=re.DOTALL)
    source = re.sub(r"{%.*?%}|{{.*?}}", " ", source, flags=re.DOTALL)
    # Names of the API in <code>, too, are the same in every language.
    source = re.sub(r"<(script|style|code)\b.*?</\1>", " ", source, flags=re.DOTALL)
    read_out = r"""\b(?:alt|title|placeholder|aria-label|data-label)\s*=\s*["']([^"']*)"""
    texts = [*re.findall(read_out, source), re.sub(r"<[^>]*>", " ", source)]
    return [word for text in texts for word in re.findall(r"[^\W\d_]{2,}", unescape(text))]


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    return german_catalogue()


def test_holds_each_text_of_the_project_and_no_other(catalogue: Catalog) -> None:
    ours = set(texts_of_the_project())
    held = {key(message) for message in catalogue if message.id}
    assert not ours - held, "Run manage.py makemessages -l de --no-obsolete --add-location file"
    assert not held - ours
    assert not catalogue.obsolete


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('<p title="{% translate "A" %}">{% translate "Order now" %}</p>', []),
        ("<p>{% blocktranslate %}Order {{ x }}{% endblocktranslate %}</p>{# Order #}", []),
        ("<p>Order {{ x }}</p>", ["Order"]),
        ('<img alt="Order" class="order">', ["Order"]),
        ("{% if x == 'Order' %}<b data-order='x'>&nbsp;·&nbsp;1</b>{% endif %}", []),
    ],
)
def test_bare_words_are_found(source: str, words: list[str]) -> None:
    assert bare_words(source) == words


def test_templates_say_nothing_in_one_language_alone() -> None:
    said: dict[str, set[str]] = {}
    for path in sorted((ROOT / "templates").rglob("*.*")):
        name = str(path.relative_to(ROOT / "templates"))
        # The guide and its examples are for programmers, in English. Invoices are set in typst,
        # and get all their words from Python.
        if not name.startswith(("api/", "robots.txt")) and not name.endswith(".typ"):
            words = set(bare_words(path.read_text(encoding="utf-8"))) - NAMES
            said |= {name: words} if words else {}
    assert said == {}


def test_is_complete_and_sure(catalogue: Catalog) -> None:
    messages = [message for message in catalogue if message.id]
    assert len(messages) > 100
    assert [message.id for message in messages if message.fuzzy] == []
    assert [message.id for message in messages if not all(translations(message))] == []


def test_keeps_placeholders_and_the_blanks_at_the_ends(catalogue: Catalog) -> None:
    for message in catalogue:
        _context, text, plural = key(message)
        if not text:
            continue
        for source, german in zip((text, plural or text), translations(message), strict=False):
            assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(german)), text
            assert (source[:1] == "\n", source[-1:] == "\n") == (
                german[:1] == "\n",
                german[-1:] == "\n",
            ), text


def test_speaks_to_the_reader_as_a_publisher_would(catalogue: Catalog) -> None:
    familiar = re.compile(r"\b(du|dir|dich|dein\w*|euch|euer|eure\w*)\b", re.IGNORECASE)
    for message in catalogue:
        for german in translations(message) if message.id else ():
            assert not familiar.search(german), german
            assert "!" not in german, german
            assert '"' not in german, f"„So“ wird zitiert: {german}"
            assert "..." not in german, german
            assert "E-Mail" not in german, f"No line ends after its E: {german}"


def cancelled(catalogue: Catalog) -> tuple[str, ...]:
    message = catalogue.get("Cancelled.")
    assert message
    return translations(message)


@pytest.fixture
def only_sources(tmp_path: Path, settings: Settings) -> Path:
    """A directory of catalogues as a clone has it: none is compiled."""
    source = tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    shutil.copyfile(CATALOGUE, source)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    settings.STATIC_ROOT = tmp_path / "static"
    return source


def test_start_without_a_compiled_catalogue_is_refused(only_sources: Path) -> None:
    sentence = "These languages have no compiled catalogue: de. Run manage.py collectstatic first."
    assert [(each.id, each.msg) for each in check_catalogues()] == [("languages.E001", sentence)]
    with pytest.raises(SystemExit, match=re.escape(sentence)):
        refuse_missing_catalogues()


def test_collectstatic_compiles_the_catalogues(only_sources: Path) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    assert check_catalogues() == []
    refuse_missing_catalogues()
    with only_sources.with_suffix(".mo").open("rb") as file:
        assert cancelled(read_mo(file)) == ("Storniert.",)


def test_catalogue_that_changed_is_compiled_again(only_sources: Path) -> None:
    compile_catalogues()
    compiled = only_sources.with_suffix(".mo")
    text = only_sources.read_text(encoding="utf-8")
    only_sources.write_text(text.replace('"Storniert."', '"Aufgehoben."'), encoding="utf-8")
    os.utime(only_sources, (compiled.stat().st_mtime + 1,) * 2)
    compile_catalogues()
    with compiled.open("rb") as file:
        assert cancelled(read_mo(file)) == ("Aufgehoben.",)


def test_compiles(catalogue: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "django.mo"
    with path.open("wb") as file:
        write_mo(file, catalogue)
    with path.open("rb") as file:
        compiled = read_mo(file)
    message = compiled.get("We need a few more details from you.")
    assert message
    assert message.string == "Es fehlen noch Angaben von Ihnen."


@pytest.mark.parametrize(("english", "german"), AGREED.items())
def test_says_the_states_in_the_agreed_words(catalogue: Catalog, english: str, german: str) -> None:
    message = catalogue.get(english)
    assert message
    assert message.string == german
