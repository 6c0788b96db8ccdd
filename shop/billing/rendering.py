"""The PDF and the XML of invoices, made from their rows by `renderer.py` in another process."""

from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from django.conf import settings

from shop.billing.e_invoice import XRECHNUNG, e_invoice_terms, is_leitweg_id
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.invoice_page import invoice_page
from shop.billing.models import Invoice
from shop.typesetting import TypesettingError, font_folders, run_apart

# Seconds for each ten invoices, which take three, on a starved machine much longer. Less than half of
# the time after which a run of the worker is cut off: one that hangs is tried twice in a run.
TIMEOUT = 45


class RenderingError(Exception):
    """The files of an invoice could not be made; the text says why."""


@dataclass(frozen=True)
class Rendered:
    """The two files of an invoice."""

    pdf: bytes
    xml: bytes


def render(invoice: Invoice, *, copy: bool = False) -> Rendered:
    """Make the files of one invoice; the PDF of a copy says so. Raises RenderingError."""
    (made,) = render_all([invoice], copy=copy)
    if isinstance(made, RenderingError):
        raise made
    return made


def render_all(
    invoices: Sequence[Invoice], *, copy: bool = False, beat: Callable[[], None] = lambda: None
) -> list[Rendered | RenderingError]:
    """Make the files of `invoices` in one process; an error in one leaves the others alone.

    Calls `beat` while the process works, so that the worker does not count as frozen. Takes a
    second to start and a tenth for each, so call it with no transaction open. Raises
    RenderingError if the process itself fails.
    """
    jobs: list[dict[str, object] | RenderingError] = []
    for invoice in invoices:
        try:
            jobs.append(_job(invoice, copy=copy))
        except RenderingError as error:
            jobs.append(error)
    answers = iter(_answers([job for job in jobs if not isinstance(job, RenderingError)], beat))
    return [job if isinstance(job, RenderingError) else next(answers) for job in jobs]


def _job(invoice: Invoice, *, copy: bool) -> dict[str, object]:
    """Return what the process is given to make the files of `invoice`. Raises RenderingError."""
    try:
        document = InvoiceDocument.model_validate(invoice.document)
        return {
            "terms": e_invoice_terms(invoice, document),
            "page": invoice_page(invoice, document, copy=copy),
            "guideline": XRECHNUNG if is_leitweg_id(document.buyer.reference) else "",
        }
    except Exception as error:  # this invoice cannot be printed; it must not hold up the others
        raise RenderingError(f"{type(error).__name__}: {error}") from error


def _answers(
    jobs: list[dict[str, object]], beat: Callable[[], None]
) -> list[Rendered | RenderingError]:
    if not jobs:
        return []
    template = settings.INVOICE_TEMPLATE
    request = {"template": template, "fonts": font_folders(template), "jobs": jobs}
    seconds = TIMEOUT * ceil(len(jobs) / 10)
    try:
        answers = run_apart("shop.billing.renderer", request, seconds=seconds, beat=beat)
    except TypesettingError as error:
        raise RenderingError(str(error)) from error
    return [_answer(each) for each in answers]


def _answer(answer: dict[str, str]) -> Rendered | RenderingError:
    if "error" in answer:
        return RenderingError(answer["error"])
    return Rendered(pdf=b64decode(answer["pdf"]), xml=b64decode(answer["xml"]))
