"""The stored files of invoices: a PDF and an XML each, with the SHA-256 of what was issued."""

import hashlib
import logging

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import Error
from django.utils.translation import override, pgettext

from shop.billing.models import Invoice, InvoiceFile
from shop.billing.rendering import Rendered, RenderingError, render

logger = logging.getLogger(__name__)

Format = InvoiceFile.Format


class StorageAwayError(RenderingError):
    """The storage can be neither read nor written to at the moment."""


def invoice_file(invoice: Invoice, file_format: str) -> tuple[str, bytes]:
    """The name for a download, and the content of the file in `file_format` ("pdf" or "xml").

    A file that was not made yet is made now; one that was lost or damaged is made again as a copy
    (contract, "Invoices"). Takes a second then: call it with no transaction open. Raises
    RenderingError, of which StorageAwayError is one.
    """
    name = f"{_download_stem(invoice)}-{invoice.number}.{file_format}"
    try:
        return name, _content(invoice, file_format)
    except (RenderingError, Error):
        raise
    except Exception as error:  # each storage raises exceptions of its own
        raise StorageAwayError(f"{type(error).__name__}: {error}") from error


def _content(invoice: Invoice, file_format: str) -> bytes:
    newest = invoice.files.filter(format=file_format).order_by("-copy").first()
    if newest is None:
        keep_originals(invoice, render(invoice))
        newest = invoice.files.filter(format=file_format).latest("copy")
    content = _stored(newest)
    return _make_copy(newest) if content is None else content


def _download_stem(invoice: Invoice) -> str:
    """The word for the invoice in its own language, with which its files' names begin."""
    with override(invoice.language):
        if invoice.kind == Invoice.Kind.CREDIT_NOTE:
            return pgettext("file name", "Credit-note")
        return pgettext("file name", "Invoice")


def keep_originals(invoice: Invoice, made: Rendered) -> None:
    """Store the two files of `invoice` as issued; one that another process has stored stays."""
    # The XML first: where its row is, copies can be compared with it.
    _keep(invoice, Format.XML, made.xml)
    _keep(invoice, Format.PDF, made.pdf)


def delete_stored(file: InvoiceFile) -> None:
    """Delete the content of `file` from the storage."""
    _storage().delete(file.name)


def _make_copy(lost: InvoiceFile) -> bytes:
    logger.error("The file %s of an invoice is lost or damaged: a copy is made.", lost.name)
    invoice = lost.invoice
    made = render(invoice, copy=True)
    issued = invoice.files.filter(format=Format.XML, copy=0).first()
    if issued and issued.sha256 != _digest(made.xml):
        raise RenderingError(f"The XML of {invoice} would differ from the issued one.")
    content = made.pdf if lost.format == Format.PDF else made.xml
    return _keep(invoice, lost.format, content, copy=lost.copy + 1)


def _keep(invoice: Invoice, file_format: str, content: bytes, *, copy: int = 0) -> bytes:
    """Store `content`; returns what is stored, which is another's where that was faster."""
    digest = _digest(content)
    suffix = f"-copy-{copy}" if copy else ""
    # With the digest: storages that overwrite a file of the same name do no harm.
    wanted = f"{invoice.issued_on.year}/{invoice.number}{suffix}-{digest[:12]}.{file_format}"
    name = _storage().save(wanted, ContentFile(content))
    file, made = InvoiceFile.objects.get_or_create(
        invoice=invoice,
        format=file_format,
        copy=copy,
        defaults={"name": name, "sha256": digest},
    )
    if not made and file.name != name:
        _storage().delete(name)
        return _stored(file) or content
    return content


def _stored(file: InvoiceFile) -> bytes | None:
    """The content of `file`; None if it is lost, or is not what was stored."""
    try:
        with _storage().open(file.name) as opened:
            content: bytes = opened.read()
    except FileNotFoundError:
        return None
    return content if _digest(content) == file.sha256 else None


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _storage() -> Storage:
    return storages["invoices"]
