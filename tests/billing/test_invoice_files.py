"""Stored files of invoices: made once, kept with their hash, made again as copies."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as shop_settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage, storages
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from shop.billing.invoice_expiry import delete_kept_long_enough
from shop.billing.invoice_files import StorageAwayError, invoice_file, keep_originals
from shop.billing.models import Invoice, InvoiceFile
from shop.billing.rendering import Rendered, RenderingError
from tests.billing.documents import columns, document
from tests.factories import make_invoice

pytestmark = pytest.mark.django_db


class AwayStorage(InMemoryStorage):
    """A storage that cannot be reached."""

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        raise ConnectionError("the bucket is away")

    def _save(self, name: str, content: File[Any]) -> str:
        raise ConnectionError("the bucket is away")


def use_storage(settings: Settings, backend: str) -> None:
    """Keep the files of invoices by another class, as INVOICE_STORAGE does."""
    settings.STORAGES = {**settings.STORAGES, "invoices": {"BACKEND": backend}}


def keep_in_folder(settings: Settings, folder: Path) -> None:
    """Keep the files of invoices in a folder of the test's own, empty at first."""
    storage = {**settings.STORAGES["invoices"], "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "invoices": storage}


@pytest.fixture
def invoice() -> Invoice:
    """An invoice without files, beside another that has some."""
    bystander = make_invoice(**columns(document()))
    keep_originals(bystander, Rendered(pdf=b"%PDF of a bystander", xml=b"<bystander/>"))
    return make_invoice(**columns(document()))


def rows(invoice: Invoice) -> list[tuple[str, int, str]]:
    """The rows of the invoice's files: format, copy and hash."""
    found = invoice.files.order_by("format", "copy")
    return list(found.values_list("format", "copy", "sha256"))


def stored(invoice: Invoice, file_format: str) -> InvoiceFile:
    """The row of the original."""
    return invoice.files.get(format=file_format, copy=0)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_file_is_made_at_the_first_request(invoice: Invoice) -> None:
    assert rows(invoice) == []
    name, pdf = invoice_file(invoice, "pdf")
    assert name == f"Rechnung-{invoice.number}.pdf"
    assert pdf.startswith(b"%PDF-")
    _name, xml = invoice_file(invoice, "xml")
    assert rows(invoice) == [("pdf", 0, digest(pdf)), ("xml", 0, digest(xml))]


def test_file_is_the_same_at_each_request(invoice: Invoice) -> None:
    assert invoice_file(invoice, "pdf") == invoice_file(invoice, "pdf")
    assert len(rows(invoice)) == 2


def test_file_is_stored_for_the_shop_alone(invoice: Invoice) -> None:
    invoice_file(invoice, "pdf")
    folder = Path(shop_settings.INVOICE_STORAGE_OPTIONS["location"])
    file = folder / stored(invoice, "pdf").name
    assert file.parent == folder / "2026"
    assert [oct(path.stat().st_mode & 0o777) for path in (folder, file.parent, file)] == [
        "0o700",
        "0o700",
        "0o600",
    ]


def test_second_process_takes_the_file_that_the_first_has_stored(invoice: Invoice) -> None:
    """Two that make it at once: each has a PDF of its own, and one of them counts."""
    keep_originals(invoice, Rendered(pdf=b"%PDF first", xml=b"<invoice/>"))
    folder = f"{invoice.issued_on.year}"
    before = sorted(storages["invoices"].listdir(folder)[1])
    keep_originals(invoice, Rendered(pdf=b"%PDF second", xml=b"<invoice/>"))
    assert rows(invoice) == [
        ("pdf", 0, digest(b"%PDF first")),
        ("xml", 0, digest(b"<invoice/>")),
    ]
    assert sorted(storages["invoices"].listdir(folder)[1]) == before
    assert invoice_file(invoice, "pdf")[1] == b"%PDF first"


def test_lost_pdf_is_made_again_as_a_copy(
    invoice: Invoice, caplog: pytest.LogCaptureFixture
) -> None:
    _name, issued = invoice_file(invoice, "pdf")
    storages["invoices"].delete(stored(invoice, "pdf").name)
    _name, copy = invoice_file(invoice, "pdf")
    assert copy != issued
    xml = stored(invoice, "xml").sha256
    assert rows(invoice) == [
        ("pdf", 0, digest(issued)),
        ("pdf", 1, digest(copy)),
        ("xml", 0, xml),
    ]
    assert "is lost or damaged: a copy is made." in caplog.text
    assert invoice_file(invoice, "pdf")[1] == copy


def test_damaged_pdf_is_made_again_as_a_copy(invoice: Invoice) -> None:
    _name, issued = invoice_file(invoice, "pdf")
    name = stored(invoice, "pdf").name
    storages["invoices"].delete(name)
    storages["invoices"].save(name, ContentFile(issued[:-1]))
    _name, copy = invoice_file(invoice, "pdf")
    assert copy.startswith(b"%PDF-")
    assert copy not in (issued, issued[:-1])


def test_copy_that_is_lost_is_made_again_as_another(invoice: Invoice) -> None:
    invoice_file(invoice, "pdf")
    for lost in (0, 1):
        storages["invoices"].delete(invoice.files.get(format="pdf", copy=lost).name)
        invoice_file(invoice, "pdf")
    assert [(form, copy) for form, copy, _sha in rows(invoice)] == [
        ("pdf", 0),
        ("pdf", 1),
        ("pdf", 2),
        ("xml", 0),
    ]


def test_lost_xml_is_made_again_byte_for_byte(invoice: Invoice) -> None:
    _name, issued = invoice_file(invoice, "xml")
    storages["invoices"].delete(stored(invoice, "xml").name)
    assert invoice_file(invoice, "xml") == (f"Rechnung-{invoice.number}.xml", issued)
    assert rows(invoice)[1:] == [("xml", 0, digest(issued)), ("xml", 1, digest(issued))]


def test_copy_whose_xml_would_differ_is_refused(invoice: Invoice) -> None:
    """As after an update that writes the XML otherwise: staff restore the file from a backup."""
    keep_originals(invoice, Rendered(pdf=b"%PDF", xml=b"<of-another-version/>"))
    storages["invoices"].delete(stored(invoice, "pdf").name)
    with pytest.raises(RenderingError, match="would differ from the issued one"):
        invoice_file(invoice, "pdf")
    assert [copy for _format, copy, _sha in rows(invoice)] == [0, 0]


def test_storage_that_is_away_makes_no_copy(invoice: Invoice, settings: Settings) -> None:
    keep_originals(invoice, Rendered(pdf=b"%PDF", xml=b"<invoice/>"))
    use_storage(settings, f"{__name__}.AwayStorage")
    with pytest.raises(StorageAwayError, match="the bucket is away"):
        invoice_file(invoice, "pdf")
    assert [copy for _format, copy, _sha in rows(invoice)] == [0, 0]


def test_another_storage_keeps_the_files(
    invoice: Invoice, settings: Settings, tmp_path: Path
) -> None:
    keep_in_folder(settings, tmp_path)
    keep_originals(make_invoice(**columns(document())), Rendered(pdf=b"%PDF", xml=b"<in-it/>"))
    assert len([found for found in tmp_path.rglob("*") if found.is_file()]) == 2
    use_storage(settings, "django.core.files.storage.InMemoryStorage")
    _name, pdf = invoice_file(invoice, "pdf")
    with storages["invoices"].open(stored(invoice, "pdf").name) as file:
        assert file.read() == pdf
    assert len([found for found in tmp_path.rglob("*") if found.is_file()]) == 2


def test_stored_files_go_with_an_invoice_that_was_kept_long_enough(
    invoice: Invoice, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    expired = make_invoice(keep_until=date(2020, 12, 31), **columns(document()))
    keep_originals(invoice, Rendered(pdf=b"%PDF", xml=b"<invoice/>"))
    keep_originals(expired, Rendered(pdf=b"%PDF", xml=b"<expired/>"))
    names = [file.name for each in (invoice, expired) for file in each.files.all()]
    with django_capture_on_commit_callbacks(execute=True):
        delete_kept_long_enough(lambda: None)
        assert all(storages["invoices"].exists(name) for name in names)
    assert [storages["invoices"].exists(name) for name in names] == [True, True, False, False]
    assert not Invoice.objects.filter(pk=expired.pk).exists()
