"""Legal texts as PDF: made once by the worker, mailed, and linked from their pages."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from shop.content import legal_pdfs
from shop.content.legal_pdfs import make_missing, stored_pdf
from shop.content.models import Page, PrintedVersion, Version
from shop.content.printed_text import printed_parts
from shop.content.publishing import publish
from shop.notifications.emails.kinds import Rendered, render
from shop.notifications.emails.models import Message
from shop.orders.models import Basket
from tests.clock import clock_at
from tests.factories import make_order
from tests.pages import html, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.once]

TEXTS = {
    "title_de": "Allgemeine Geschäftsbedingungen",
    "title_en": "Terms and conditions",
    "text_de": "## 1. Wofür\n\nFür **alles**, siehe [Datenschutz](/privacy/).\n\n- eins\n- zwei",
    "text_en": "## 1. What for\n\nFor *all* of `#read(x)` $y$ <b>z</b>.\n\n1. one\n2. two",
}


@pytest.fixture
def terms() -> Version:
    """Terms without placeholders; of the other pages nothing is to be made."""
    Version.objects.exclude(page_id="terms").delete()
    return publish(Page.objects.get(pk="terms"), TEXTS)


def run() -> None:
    """Do as a wake-up of the worker does."""
    make_missing(lambda: None)


def pdf(version: Version, language: str) -> pypdf.PdfReader:
    """The PDF of `version`, which must be there."""
    content = stored_pdf(version.page_id, version.number, language)
    assert content
    return pypdf.PdfReader(io.BytesIO(content))


def root_of(reader: pypdf.PdfReader) -> Any:
    """The root of the PDF's objects."""
    return reader.trailer["/Root"]


def words(reader: pypdf.PdfReader) -> str:
    """The text of all pages, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_finished_text_is_made_in_both_languages_and_one_with_placeholders_never(
    terms: Version, settings: Settings
) -> None:
    run()
    german, english = pdf(terms, "de"), pdf(terms, "en")
    day = timezone.localtime(terms.at)
    assert "Allgemeine Geschäftsbedingungen Fassung 2 vom " in words(german)
    assert f"{day.year} 1. Wofür Für alles, siehe Datenschutz. – eins – zwei" in words(german)
    assert "Seite 1/1" in words(german)
    # Nothing in the text is markup of the typesetter.
    assert "For all of #read(x) $y$ <b>z</b>. 1. one 2. two" in words(english)
    page: Any = german.pages[0]
    (link,) = [each.get_object()["/A"]["/URI"] for each in page["/Annots"]]
    assert link == f"{settings.BASE_URL}/privacy/"
    shipped = Version.objects.get(page_id="terms", number=1)
    assert stored_pdf("terms", 1, "de") is None
    assert shipped.printed.next_attempt_at is None


def test_pdf_is_accessible_and_says_its_language_and_title(terms: Version) -> None:
    run()
    for language, title in (("de", TEXTS["title_de"]), ("en", TEXTS["title_en"])):
        reader = pdf(terms, language)
        root = root_of(reader)
        assert root["/MarkInfo"]["/Marked"]
        assert str(root["/Lang"]).startswith(language)
        assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
        assert reader.metadata is not None
        assert reader.metadata.title == title


def test_addresses_and_the_name_of_the_shop_are_never_hyphenated(
    terms: Version, settings: Settings
) -> None:
    settings.SHOP_NAME = "Filmwerkstatt"
    sentence = "Datenschutzbeauftragte: datenschutz@slate.example bei Filmwerkstatt. "
    version = publish(terms.page, {**TEXTS, "text_de": sentence * 30})
    run()
    printed = words(pdf(version, "de"))
    assert printed.count("Datenschutzbeauftragte") < 30  # other words are
    assert printed.count("datenschutz@slate.example") == 30
    assert printed.count("bei Filmwerkstatt.") == 30


def test_pdf_is_made_once(terms: Version, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    made = PrintedVersion.objects.get(pk=terms.pk)
    monkeypatch.setattr(legal_pdfs, "run_apart", None)
    run()
    assert PrintedVersion.objects.get(pk=terms.pk).pdf_de == made.pdf_de
    assert (made.attempts, made.next_attempt_at) == (1, None)


def test_pdf_of_a_scheduled_version_is_made_once_it_is_current(terms: Version) -> None:
    begins = timezone.now() + timedelta(days=2)
    to_come = publish(terms.page, TEXTS | {"text_en": "Later."}, begins)
    run()
    assert stored_pdf("terms", terms.number, "en")
    assert not PrintedVersion.objects.filter(version=to_come).exists()
    with clock_at(begins):
        run()
    assert "Later." in words(pdf(to_come, "en"))
    day = timezone.localtime(begins)
    assert f"Version 3 of {day.day} {day:%B} {day.year}" in words(pdf(to_come, "en"))


def test_worker_with_nothing_to_make_asks_once(
    terms: Version, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    PrintedVersion.objects.bulk_create(
        PrintedVersion(version=version) for version in Version.objects.all()
    )
    with django_assert_num_queries(1):
        run()


def test_pdf_that_cannot_be_made_is_tried_again_and_the_mail_brings_the_text(
    terms: Version, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#unknown-function()")
    monkeypatch.setattr(legal_pdfs, "TEMPLATE", broken)
    run()
    row = PrintedVersion.objects.get(pk=terms.pk)
    assert (row.pdf_de, row.attempts) == (None, 1)
    assert row.next_attempt_at
    assert timedelta() < row.next_attempt_at - timezone.now() <= timedelta(minutes=1)
    assert [each.name for each in receipt(terms).attachments] == ["AGB-Fassung-2.txt"]
    monkeypatch.undo()
    run()  # not due yet
    assert stored_pdf("terms", 2, "de") is None
    PrintedVersion.objects.filter(pk=terms.pk).update(next_attempt_at=timezone.now())
    run()
    assert stored_pdf("terms", 2, "de")


def test_text_that_cannot_be_read_is_tried_again_and_holds_up_no_other(
    terms: Version, caplog: pytest.LogCaptureFixture
) -> None:
    broken = publish(
        terms.page, TEXTS | {"text_en": "See [our rules](http://[rules.example:80]/)."}
    )
    run()
    assert f"Preparing the PDFs of {broken} failed." in caplog.messages
    assert stored_pdf("terms", terms.number, "en")
    row = PrintedVersion.objects.get(pk=broken.pk)
    assert (row.pdf_de, row.attempts) == (None, 1)
    assert row.next_attempt_at
    assert timedelta() < row.next_attempt_at - timezone.now() <= timedelta(minutes=1)


def test_pdf_that_another_process_makes_is_left_to_it(terms: Version) -> None:
    until = timezone.now() + timedelta(minutes=1)
    PrintedVersion.objects.create(version=terms, next_attempt_at=until, attempts=1)
    run()
    assert stored_pdf("terms", 2, "de") is None
    assert PrintedVersion.objects.get(pk=terms.pk).attempts == 1


def receipt(terms: Version, language: str = "de") -> Rendered:
    """The receipt of an order for which `terms` were agreed to."""
    order = make_order(language=language, user_email=f"{language}@gmx.com")
    Basket.objects.create(order=order, terms=terms, agreed_at=timezone.now())
    return render(Message.objects.get(kind="received", order=order))


@pytest.mark.parametrize(
    ("language", "name"), [("de", "AGB-Fassung-2.pdf"), ("en", "Terms-version-2.pdf")]
)
def test_receipt_brings_the_terms_as_pdf_named_in_its_language(
    terms: Version, language: str, name: str
) -> None:
    run()
    (attached,) = receipt(terms, language).attachments
    assert (attached.name, attached.content_type) == (name, "application/pdf")
    assert attached.content == stored_pdf("terms", 2, language)


def test_page_links_its_pdf_once_there_is_one(terms: Version) -> None:
    browser = visitor(language="de")
    assert ".pdf" not in html(browser.get("/terms/"))
    run()
    assert 'href="/terms/2/de.pdf"' in html(browser.get("/terms/"))
    answer = browser.get("/terms/2/de.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'inline; filename="AGB-Fassung-2.pdf"'
    assert "immutable" in answer.headers["Cache-Control"]
    english = browser.get("/terms/2/en.pdf").headers["Content-Disposition"]
    assert english == 'inline; filename="Terms-version-2.pdf"'


@pytest.mark.parametrize("path", ["terms/1/de.pdf", "terms/9/de.pdf", f"terms/{2**70}/de.pdf"])
def test_pdf_that_is_not_there_is_404(terms: Version, path: str) -> None:
    run()
    assert visitor().get("/terms/2/de.pdf").status_code == 200
    assert visitor().get(f"/{path}").status_code == 404
    assert visitor().get("/terms/2/fr.pdf").status_code == 404


def test_pdf_for_private_persons_is_there_only_where_they_can_order(settings: Settings) -> None:
    settings.CUSTOMERS = "everyone"
    publish(Page.objects.get(pk="withdrawal"), TEXTS)
    run()
    run()  # the first took the unfinished ones
    assert visitor().get("/withdrawal/2/de.pdf").status_code == 200
    settings.CUSTOMERS = "businesses"
    assert visitor().get("/withdrawal/2/de.pdf").status_code == 404


def test_parts_of_a_text_are_words_and_their_kinds() -> None:
    assert printed_parts("# A *b*\n\nx\\\ny\n\n> q\n\n---\n\n    c\n\n| h |\n|---|\n| 1 |") == [
        {
            "kind": "heading",
            "level": 2,
            "body": [
                {"kind": "text", "text": "A "},
                {"kind": "em", "body": [{"kind": "text", "text": "b"}]},
            ],
        },
        {
            "kind": "paragraph",
            "body": [
                {"kind": "text", "text": "x"},
                {"kind": "break"},
                {"kind": "text", "text": "y"},
            ],
        },
        {
            "kind": "quote",
            "body": [{"kind": "paragraph", "body": [{"kind": "text", "text": "q"}]}],
        },
        {"kind": "rule"},
        {"kind": "code", "text": "c\n"},
        {
            "kind": "table",
            "rows": [[[{"kind": "text", "text": "h"}]], [[{"kind": "text", "text": "1"}]]],
        },
    ]


def test_headings_that_skip_a_level_or_say_nothing_do_not_keep_a_pdf_from_being_made(
    terms: Version,
) -> None:
    text = "#\n\n### 1. First\n\n##### Deep\n\n> # Quoted\n\n###### Deeper"
    headings = [part for part in printed_parts(text) if part["kind"] == "heading"]
    assert [part["level"] for part in headings] == [2, 3, 3]
    version = publish(terms.page, TEXTS | {"text_de": text})
    run()
    assert "1. First Deep Quoted Deeper" in words(pdf(version, "de"))
