"""Files of issued invoices are made by the worker, whatever goes wrong on the way."""

import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from shop import typesetting
from shop.billing import rendering
from shop.billing.filing import WAITS, make_files
from shop.billing.invoice_files import invoice_file
from shop.billing.models import Invoice, InvoiceDispatch
from shop.billing.signals import invoice_filed
from tests.billing.documents import columns, document
from tests.billing.test_invoice_files import use_storage
from tests.factories import make_invoice
from tests.waiting import slowness

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice() -> Invoice:
    """An invoice whose files are due."""
    return due(make_invoice(**columns(document())))


def due(invoice: Invoice, **fields: Any) -> Invoice:
    """Let the files of `invoice` be due, or give its dispatch `fields`."""
    changes = {"next_attempt_at": timezone.now(), **fields}
    InvoiceDispatch.objects.update_or_create(invoice=invoice, defaults=changes)
    return invoice


def dispatch(invoice: Invoice) -> InvoiceDispatch:
    """The row as it is now."""
    return InvoiceDispatch.objects.get(invoice=invoice)


def run() -> None:
    """Do as a wake-up of the worker does."""
    make_files(lambda: None)


@contextmanager
def heard(receiver: Any) -> Iterator[None]:
    """Tell `receiver` about invoices that are filed."""
    invoice_filed.connect(receiver)
    try:
        yield
    finally:
        invoice_filed.disconnect(receiver)


def test_files_are_made_and_told_of_once(invoice: Invoice) -> None:
    told = []

    def receiver(sender: Any, invoice: Invoice, **kwargs: Any) -> None:
        told.append((invoice, dispatch(invoice).filed_at is not None))

    with heard(receiver):
        run()
        run()
    assert told == [(invoice, True)]
    assert sorted(invoice.files.values_list("format", flat=True)) == ["pdf", "xml"]
    done = dispatch(invoice)
    assert (done.next_attempt_at, done.lease_until, done.last_error) == (None, None, "")
    assert done.attempts == 1


def test_files_of_many_are_made_by_few_processes(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = []
    real = subprocess.Popen

    def counted(*args: Any, **kwargs: Any) -> Any:
        started.append(args)
        return real(*args, **kwargs)

    monkeypatch.setattr(subprocess, "Popen", counted)
    others = [
        due(make_invoice(invoice.subscription, whole_period=False, **columns(document())))
        for _ in range(10)
    ]
    run()
    assert all(dispatch(each).filed_at for each in (invoice, *others))
    assert len(started) == 2


def test_worker_beats_while_files_are_made(
    invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "BEAT_EVERY", 0.01)
    beats: list[int] = []
    make_files(lambda: beats.append(1))
    assert dispatch(invoice).filed_at
    # Two belong to the batch and to its one invoice.
    assert len(beats) > 3


def test_one_that_fails_is_tried_again_and_holds_up_no_other(invoice: Invoice) -> None:
    bad = due(make_invoice(**columns(document()) | {"document": {}}))
    run()
    assert dispatch(invoice).filed_at
    failed = dispatch(bad)
    assert (failed.filed_at, failed.attempts, failed.lease_until) == (None, 1, None)
    assert failed.last_error.startswith("RenderingError: ValidationError: ")
    assert failed.next_attempt_at
    wait = failed.next_attempt_at - timezone.now()
    assert timedelta(seconds=WAITS[0] * 0.7) < wait < timedelta(seconds=WAITS[0] * 1.3)


def test_one_whose_page_cannot_be_prepared_holds_up_no_other(
    invoice: Invoice, caplog: pytest.LogCaptureFixture
) -> None:
    bad = due(make_invoice(**columns(document()) | {"language": "fr"}))
    run()
    assert dispatch(invoice).filed_at
    failed = dispatch(bad)
    assert (failed.filed_at, failed.attempts, failed.lease_until) == (None, 1, None)
    assert failed.last_error == "RenderingError: KeyError: 'fr'"
    assert "in invoice_page" in caplog.text  # where it failed


@pytest.mark.long
def test_one_that_stops_the_process_holds_up_no_other(
    invoice: Invoice, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = due(make_invoice(**columns(document())))
    template = tmp_path / "invoice.typ"
    template.write_text(
        "#let data = json(bytes(sys.inputs.data))\n#set document(title: data.number)\n"
        f'#if data.number == "{slow.number}" {{\n'
        "  for x in range(100000) { for y in range(100000) { let z = x * y } }\n}\n#data.number"
    )
    settings.INVOICE_TEMPLATE = str(template)
    monkeypatch.setattr(rendering, "TIMEOUT", slowness())
    run()
    assert dispatch(invoice).filed_at
    assert dispatch(slow).filed_at is None
    assert "timed out" in dispatch(slow).last_error


def test_broken_template_is_tried_again_until_it_is_mended(
    invoice: Invoice, settings: Settings, tmp_path: Path
) -> None:
    usual = settings.INVOICE_TEMPLATE
    template = tmp_path / "invoice.typ"
    template.write_text("#unknown-function()")
    settings.INVOICE_TEMPLATE = str(template)
    run()
    assert "unknown-function" in dispatch(invoice).last_error
    assert not invoice.files.exists()
    settings.INVOICE_TEMPLATE = usual
    due(invoice)
    run()
    assert dispatch(invoice).filed_at
    assert (dispatch(invoice).attempts, dispatch(invoice).last_error) == (2, "")


def test_storage_that_is_away_is_tried_again(invoice: Invoice, settings: Settings) -> None:
    usual = settings.STORAGES
    use_storage(settings, "tests.billing.test_invoice_files.AwayStorage")
    run()
    assert dispatch(invoice).last_error == "ConnectionError: the bucket is away"
    settings.STORAGES = usual
    due(invoice)
    run()
    assert dispatch(invoice).filed_at


def test_receiver_that_fails_leaves_the_invoice_due(invoice: Invoice) -> None:
    """The mail that is queued and the end of the attempt commit together."""

    def receiver(sender: Any, **kwargs: Any) -> None:
        raise ValueError("no mail could be queued")

    with heard(receiver):
        run()
    failed = dispatch(invoice)
    assert (failed.filed_at, failed.last_error) == (None, "ValueError: no mail could be queued")
    first = list(invoice.files.values_list("name", flat=True))
    due(invoice)
    run()
    assert dispatch(invoice).filed_at
    assert list(invoice.files.values_list("name", flat=True)) == first


def test_one_that_never_works_is_tried_for_ever(invoice: Invoice) -> None:
    bad = due(make_invoice(**columns(document()) | {"document": {}}), attempts=50)
    run()
    next_attempt_at = dispatch(bad).next_attempt_at
    assert next_attempt_at
    assert next_attempt_at - timezone.now() < timedelta(seconds=WAITS[-1] * 1.3)


def test_one_that_another_process_works_on_is_left_alone(invoice: Invoice) -> None:
    until = timezone.now() + timedelta(minutes=1)
    due(invoice, lease_token=uuid.uuid4(), lease_until=until)
    other = due(make_invoice(**columns(document())))
    run()
    assert dispatch(invoice).filed_at is None
    assert dispatch(other).filed_at


def test_one_whose_process_died_is_taken_over(invoice: Invoice) -> None:
    until = timezone.now() - timedelta(seconds=1)
    due(invoice, lease_token=uuid.uuid4(), lease_until=until, attempts=1)
    run()
    assert dispatch(invoice).filed_at
    assert dispatch(invoice).attempts == 2


def test_files_of_an_early_download_are_those_that_are_mailed(invoice: Invoice) -> None:
    """They answer from the moment the invoice is listed, before the worker comes to it."""
    early = invoice_file(invoice, "pdf")
    run()
    assert dispatch(invoice).filed_at
    assert invoice_file(invoice, "pdf") == early
    assert invoice.files.count() == 2
