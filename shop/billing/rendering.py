"""The PDF and the XML of invoices, made from their rows by `renderer.py` in another process."""

import json
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryFile
from time import monotonic
from typing import IO

from django.conf import settings

from shop.billing.e_invoice import XRECHNUNG, e_invoice_terms, is_leitweg_id
from shop.billing.invoice_document import InvoiceDocument
from shop.billing.invoice_page import invoice_page
from shop.billing.models import Invoice

# Seconds for each ten invoices, which take three, on a starved machine much longer. Less than half of
# the time after which a run of the worker is cut off: one that hangs is tried twice in a run.
TIMEOUT = 45
BEAT_EVERY = 1.0  # second


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
        except ValueError as error:  # what the row holds is no `InvoiceDocument`
            jobs.append(RenderingError(f"{type(error).__name__}: {error}"))
    answers = iter(_answers([job for job in jobs if not isinstance(job, RenderingError)], beat))
    return [job if isinstance(job, RenderingError) else next(answers) for job in jobs]


def _job(invoice: Invoice, *, copy: bool) -> dict[str, object]:
    document = InvoiceDocument.model_validate(invoice.document)
    return {
        "terms": e_invoice_terms(invoice, document),
        "page": invoice_page(invoice, document, copy=copy),
        "guideline": XRECHNUNG if is_leitweg_id(document.buyer.reference) else "",
    }


def _answers(
    jobs: list[dict[str, object]], beat: Callable[[], None]
) -> list[Rendered | RenderingError]:
    if not jobs:
        return []
    request = {"template": settings.INVOICE_TEMPLATE, "fonts": _fonts(), "jobs": jobs}
    try:
        seconds = TIMEOUT * ceil(len(jobs) / 10)
        answers = json.loads(_run(json.dumps(request).encode(), seconds, beat))
    except (subprocess.SubprocessError, OSError) as error:
        said = getattr(error, "stderr", None) or b""
        raise RenderingError(f"{error} {said.decode(errors='replace')[-1000:]}") from error
    return [_answer(each) for each in answers]


def _run(request: bytes, seconds: float, beat: Callable[[], None]) -> bytes:
    """Run the renderer; its output. Raises SubprocessError where it fails or takes too long."""
    command, until = [sys.executable, "-m", "shop.billing.renderer"], monotonic() + seconds
    # By a file: once `communicate` was interrupted it sends no more of what a pipe does not hold.
    with (
        TemporaryFile() as given,
        subprocess.Popen(
            command, stdin=_filled(given, request), stdout=PIPE, stderr=PIPE, cwd=settings.BASE_DIR
        ) as process,
    ):
        try:
            while True:
                try:
                    output, said = process.communicate(timeout=BEAT_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    if monotonic() > until:
                        raise
                    beat()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output, said)
    return output


def _filled(file: IO[bytes], content: bytes) -> IO[bytes]:
    file.write(content)
    file.seek(0)
    return file


def _answer(answer: dict[str, str]) -> Rendered | RenderingError:
    if "error" in answer:
        return RenderingError(answer["error"])
    return Rendered(pdf=b64decode(answer["pdf"]), xml=b64decode(answer["xml"]))


def _fonts() -> list[str]:
    """The folders of typefaces: that of Source Sans, and `fonts` beside the template."""
    package = find_spec("font_source_sans_pro")
    found = package.submodule_search_locations if package else None
    own = Path(settings.INVOICE_TEMPLATE).parent / "fonts"
    return [f"{folder}/files" for folder in found or []] + ([str(own)] if own.is_dir() else [])
