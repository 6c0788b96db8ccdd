"""The PDF of invoices: PDF/A-3 with the XML inside, in German and English."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pypdf
import pytest
from facturx import get_xml_from_pdf
from pytest_django import Settings

from shop import typesetting
from shop.billing import rendering
from shop.billing.rendering import Rendered, RenderingError, render, render_all
from shop.catalogue.vat import VatRule
from tests.billing.documents import (
    LONDON,
    MUNICH,
    VIENNA,
    document,
    unsaved,
)

pytestmark = pytest.mark.once


def reader(pdf: bytes) -> pypdf.PdfReader:
    """The PDF as pypdf reads it."""
    return pypdf.PdfReader(io.BytesIO(pdf))


def catalogue(pdf: bytes) -> Any:
    """The root of the PDF's objects."""
    return reader(pdf).trailer["/Root"]


def words(pdf: bytes) -> str:
    """The text of all pages, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).split())


def test_pdf_of_each_kind_declares_to_be_pdf_a_3_and_factur_x(
    rendered: dict[str, Rendered],
) -> None:
    for files in rendered.values():
        root = catalogue(files.pdf)
        metadata = root["/Metadata"].get_data().decode()
        for declared in (
            "<pdfaid:part>3</pdfaid:part>",
            "<pdfaid:conformance>B</pdfaid:conformance>",
            "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
            "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
        ):
            assert declared in metadata
        assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
        assert reader(files.pdf).trailer["/ID"]


def test_pdf_of_each_kind_is_tagged_in_its_language(rendered: dict[str, Rendered]) -> None:
    for files in rendered.values():
        root = catalogue(files.pdf)
        assert root["/MarkInfo"]["/Marked"]
        assert "/StructTreeRoot" in root
        assert root["/Lang"] == "de-DE"


def test_pdf_of_each_kind_holds_the_xml_as_its_alternative(rendered: dict[str, Rendered]) -> None:
    for name, files in rendered.items():
        (attached,) = catalogue(files.pdf)["/AF"]
        assert attached.get_object()["/AFRelationship"] == "/Alternative"
        file_name, xml = get_xml_from_pdf(files.pdf, check_xsd=True, check_schematron=False)
        assert file_name == "factur-x.xml"
        # An authority's PDF holds the invoice of EN 16931; its XRechnung is a file of its own.
        assert (xml == files.xml) is ("authority" not in name)


def test_pdf_has_its_typefaces_inside(rendered: dict[str, Rendered]) -> None:
    fonts, pages = set(), catalogue(rendered["domestic"].pdf)["/Pages"]["/Kids"]
    for page in pages:
        for font in page["/Resources"]["/Font"].values():
            (described,) = font["/DescendantFonts"]
            assert described["/FontDescriptor"].keys() & {"/FontFile2", "/FontFile3"}
            fonts.add(font["/BaseFont"].split("+")[1].removesuffix("-Identity-H"))
    assert fonts == {"SourceSansPro-Regular", "SourceSansPro-Semibold", "DejaVuSansMono"}


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler")
def test_pdf_of_each_kind_can_be_drawn(rendered: dict[str, Rendered], tmp_path: Path) -> None:
    for number, files in enumerate(rendered.values()):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(files.pdf)
        subprocess.run(["pdftoppm", "-r", "20", "-png", path, path], check=True)
        assert len(list(tmp_path.glob(f"{number}.pdf-*.png"))) == len(reader(files.pdf).pages)


def test_german_invoice_writes_numbers_and_days_as_germans_do(
    rendered: dict[str, Rendered],
) -> None:
    said = words(rendered["domestic"].pdf)
    for text in (
        "Rechnung 2026-000123",
        "Isarfilm Produktions GmbH Korbinian Obermaier Sendlinger Straße 8 80331 München",
        "Leistungszeitraum 29.11.2026 – 28.12.2026",
        "Bestellnummer K7QM-3FZ2",
        "Ihre Referenz PO-4711",
        "Umsatzsteuer, 19 % auf 49,00 € 9,31 €",
        "Gesamtbetrag 58,31 €",
        "Bitte überweisen Sie 58,31 € bis zum 13. Dezember 2026.",
        "IBAN DE02 1203 0000 0000 2020 51",
        "USt-IdNr. DE136695976",
        "Seite 1/1",
    ):
        assert text in said
    assert "Kopie" not in said


def test_english_invoice_writes_numbers_and_days_as_the_english_do() -> None:
    said = words(render(unsaved(document(LONDON, VatRule.OUTSIDE_EU), language="en")).pdf)
    for text in (
        "Invoice 2026-000123",
        "London W1F 7HR UNITED KINGDOM",
        "Period 29 Nov 2026 – 28 Dec 2026",
        "No VAT €0.00",
        "Total €49.00",
        "Please transfer €49.00 by 13 December 2026.",
        "Page 1/1",
    ):
        assert text in said


def test_english_invoice_writes_the_rate_without_a_space() -> None:
    said = words(render(unsaved(document(MUNICH), language="en")).pdf)
    assert "VAT, 19% of €49.00 €9.31" in said


def test_reverse_charge_says_so_and_names_the_vat_id(rendered: dict[str, Rendered]) -> None:
    said = words(rendered["reverse charge"].pdf)
    assert "Ihre USt-IdNr. ATU13585627" in said
    assert "Umsatzsteuer, Reverse Charge 0,00 €" in said
    assert "Steuerschuldnerschaft des Leistungsempfängers" in said
    assert "1060 Wien ÖSTERREICH" in said


def test_vat_of_the_buyers_country_is_named_with_it(rendered: dict[str, Rendered]) -> None:
    said = words(rendered["private abroad"].pdf)
    assert "Umsatzsteuer Frankreich, 20 % auf 49,00 € 9,80 €" in said


def test_credit_note_asks_for_no_payment(rendered: dict[str, Rendered]) -> None:
    said = words(rendered["credit note"].pdf)
    assert "Bitte überweisen Sie" in words(rendered["domestic"].pdf)
    assert "Bitte überweisen Sie" not in said
    for text in (
        "Rechnungskorrektur 2026-000123 Das Projekt endete früher.",
        "Korrigiert Rechnung 2026-000122 · 01.11.2026",
        "Wir verrechnen den Betrag mit offenen Rechnungen oder erstatten ihn.",
    ):
        assert text in said


def test_ten_lines_take_two_pages_with_the_total_beside_the_payment(
    rendered: dict[str, Rendered],
) -> None:
    first, second = (page.extract_text() for page in reader(rendered["ten lines"].pdf).pages)
    assert "Making-of" in first
    assert "Seite 1/2" in first
    assert "Gesamtbetrag" in second
    assert "Bitte überweisen" in second
    assert "Seite 2/2" in second


def test_copy_says_so_on_its_face(rendered: dict[str, Rendered]) -> None:
    assert "Kopie" not in words(rendered["domestic"].pdf)
    assert "Kopie" in words(render(unsaved(document()), copy=True).pdf)


def test_signs_that_our_typefaces_lack_do_not_prevent_the_invoice() -> None:
    """Chinese comes from a typeface of the machine, or is boxes like a hieroglyph."""
    name = "Nippon 映画 \U00013000 GmbH"
    made = render(unsaved(document(MUNICH.model_copy(update={"company": name}))))
    assert "□ GmbH" in words(made.pdf)
    assert name.encode() in made.xml


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    name = '#read("/etc/passwd") $x^2$ *GmbH* <a>'
    buyer = MUNICH.model_copy(update={"company": name})
    assert name in words(render(unsaved(document(buyer))).pdf)


def test_one_invoice_that_cannot_be_made_leaves_the_others_alone() -> None:
    good, bad, other, broken = (
        unsaved(document()),
        unsaved(document(), currency="XQX"),  # no currency: nothing that the XML could say
        unsaved(document(VIENNA, VatRule.REVERSE_CHARGE)),
        unsaved(document(), document={"lines": []}),
    )
    made = render_all([good, bad, other, broken])
    assert [type(each) for each in made] == [Rendered, RenderingError, Rendered, RenderingError]


def test_template_of_a_deployment_is_used(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "invoice.typ"
    own.write_text("#let data = json(bytes(sys.inputs.data))\n#set document(title: data.number)\n")
    own.write_text(own.read_text() + "Our own paper for #data.recipient.first()")
    settings.INVOICE_TEMPLATE = str(own)
    assert words(render(unsaved(document())).pdf) == "Our own paper for Isarfilm Produktions GmbH"


def test_broken_template_is_an_error_that_names_it(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "invoice.typ"
    own.write_text("#unknown-function()")
    settings.INVOICE_TEMPLATE = str(own)
    with pytest.raises(RenderingError, match="unknown variable: unknown-function"):
        render(unsaved(document()))


def test_request_that_no_pipe_holds_reaches_a_renderer_that_starts_slowly(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "BEAT_EVERY", 0.01)
    monkeypatch.setattr(rendering, "TIMEOUT", 10)
    (tmp_path / "short.typ").write_text("#panic()")  # an error comes sooner than a sheet
    settings.INVOICE_TEMPLATE = str(tmp_path / "short.typ")
    made = render_all([unsaved(document()) for _each in range(60)])
    assert [type(each) for each in made] == [RenderingError] * 60


def test_long_words_are_broken_and_stay_on_the_sheet() -> None:
    long = MUNICH.model_copy(update={"company": "Film" * 50, "reference": "X" * 100})
    found: list[float] = []

    def where(text: str, _user: Any, at: list[float], _font: Any, _size: float) -> None:
        if "XXXX" in text or "FilmFilm" in text:
            found.append(at[4])

    (page,) = reader(render(unsaved(document(long))).pdf).pages
    page.extract_text(visitor_text=where)
    assert len(found) > 4
