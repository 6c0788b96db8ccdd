"""Bank statements: preview, import and undo, and the entries that staff assign to invoices."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from shop.billing.bank_files import BankLine, read_bank_file
from shop.billing.bank_matching import match_transfers
from shop.billing.ledger import BankEntry, BankStatement, Payment
from shop.billing.models import Invoice
from shop.billing.payments import PaymentError, enter_payment, undo_payment
from shop.catalogue.seller import current_seller
from shop.row_locks import lock_rows
from shop.tenancy.models import User


class AssignError(Exception):
    """The entry was not assigned: it is set aside, or less is left of it."""


@dataclass(frozen=True)
class Proposal:
    """A line or entry, the invoices that it names, and whether it pays them exactly."""

    line: BankLine | BankEntry
    invoices: tuple[Any, ...]
    exact: bool


@dataclass
class Preview:
    """The outcome of an import, before anything is written."""

    sha256: str
    iban: str
    matched: list[Proposal] = field(default_factory=list)
    unmatched: list[Proposal] = field(default_factory=list)
    known: list[BankLine] = field(default_factory=list)
    imported: BankStatement | None = None  # the import of the same file


def preview(content: bytes) -> Preview:
    """Read a bank file and tell what its import would do. Raises BankFileError."""
    lines = read_bank_file(content)
    sha256 = hashlib.sha256(content).hexdigest()
    found = Preview(sha256, current_seller().iban, imported=_imported(sha256))
    known = _known_keys(lines)
    found.known = [line for line in lines if line.key in known]
    for proposal in _proposals([line for line in lines if line.key not in known]):
        (found.matched if proposal.exact else found.unmatched).append(proposal)
    return found


def import_statement(content: bytes, file_name: str, by: User) -> BankStatement:
    """Import a bank file: what pays invoices exactly is a payment, the rest waits for staff.

    The same file again changes nothing: its first import is returned. Raises BankFileError.
    """
    try:
        with transaction.atomic():
            return _import(preview(content), file_name, by)
    except IntegrityError:  # somebody imports the same entries at the same moment
        with transaction.atomic():
            return _import(preview(content), file_name, by)


def _import(found: Preview, file_name: str, by: User) -> BankStatement:
    if found.imported:
        return found.imported
    statement = BankStatement.objects.create(
        sha256=found.sha256, file_name=file_name[:200], iban=found.iban, imported_by=by
    )
    for proposal in [*found.matched, *found.unmatched]:
        entry = _entry(statement, proposal.line)
        for invoice in proposal.invoices if proposal.exact else ():
            _pay_exactly(invoice, entry, by)
    return statement


def _entry(statement: BankStatement, line: Any) -> BankEntry:
    return BankEntry.objects.create(
        statement=statement,
        key=line.key,
        booked_on=line.booked_on,
        amount_cents=line.amount_cents,
        currency=line.currency,
        payer=line.payer[:200],
        payer_iban=line.payer_iban[:34],
        text=line.text,
        reversal=line.reversal,
    )


def _pay_exactly(invoice: Any, entry: BankEntry, by: User) -> None:
    """Pay what is open, unless that has changed meanwhile: then staff assign the entry."""
    try:
        with transaction.atomic():
            enter_payment(
                invoice,
                by,
                amount_cents=invoice.open_cents,
                currency=entry.currency,
                paid_on=min(entry.booked_on, timezone.localdate()),
                entry=entry,
                seen_paid=invoice.paid_cents,
            )
    except PaymentError:
        return


def undo_import(statement: BankStatement, by: User) -> bool:
    """Take back an import with all its payments; False where somebody has done so already."""
    with transaction.atomic():
        standing = BankStatement.objects.filter(pk=statement.pk, undone_at=None)
        if not standing.update(undone_at=timezone.now()):
            return False
        # Who assigns an entry at this moment has done so now, or finds the import undone.
        lock_rows(BankEntry.objects.filter(statement=statement))
        payments = Payment.objects.filter(entry__statement=statement, undone_at=None)
        for payment in payments.select_related("invoice").order_by("invoice", "pk"):
            undo_payment(payment, by)
        # Imported again, the entries are new ones.
        undone = Concat(Value(f"undone-{statement.pk}-"), F("key"))
        statement.entries.update(key=undone)
    return True


def unassigned() -> QuerySet[Any]:
    """Entries of which something is left to be assigned, with `left_cents`, the oldest first."""
    entries = BankEntry.objects.filter(statement__undone_at=None, set_aside_at=None)
    used = Sum("payments__amount_cents", filter=Q(payments__undone_at=None))
    left = entries.annotate(left_cents=F("amount_cents") - Coalesce(used, 0))
    return left.exclude(left_cents=0).order_by("booked_on", "pk")


def proposals_for(entries: Sequence[BankEntry]) -> list[Proposal]:
    """The invoices that each of these entries names, to be confirmed by staff."""
    return _proposals(entries)


def proposal_for(entry: BankEntry) -> Proposal:
    """The invoices that an entry names."""
    return _proposals([entry])[0]


def assign(
    entry: BankEntry, invoice: Invoice, by: User, amount_cents: int | None = None
) -> Payment:
    """Have an entry pay an invoice, by all that is left of it or by a part, in cents.

    An entry that is more than is open is excess, unless it is split. Raises AssignError and PaymentError.
    """
    with transaction.atomic():
        if not lock_rows(BankEntry.objects.filter(pk=entry.pk)):
            raise AssignError
        found = unassigned().filter(pk=entry.pk).first()
        if found is None or found.left_cents <= 0:
            raise AssignError
        amount = found.left_cents if amount_cents is None else amount_cents
        if amount > found.left_cents or found.payments.filter(invoice=invoice, undone_at=None):
            raise AssignError
        return enter_payment(
            invoice,
            by,
            amount_cents=amount,
            currency=entry.currency,
            paid_on=min(entry.booked_on, timezone.localdate()),
            entry=entry,
        )


def set_aside(entry: BankEntry) -> bool:
    """Note that an entry pays no invoice; False where it does, or it was set aside before."""
    with transaction.atomic():
        lock_rows(BankEntry.objects.filter(pk=entry.pk))
        if entry.payments.filter(undone_at=None).exists():
            return False
        standing = BankEntry.objects.filter(pk=entry.pk, set_aside_at=None)
        return bool(standing.update(set_aside_at=timezone.now()))


def put_back(entry: BankEntry) -> bool:
    """List an entry again that was set aside."""
    aside = BankEntry.objects.filter(pk=entry.pk, set_aside_at__isnull=False)
    return bool(aside.update(set_aside_at=None))


def _proposals(lines: Sequence[BankLine | BankEntry]) -> list[Proposal]:
    transfers = [
        ("" if line.reversal else line.text, line.amount_cents, line.currency) for line in lines
    ]
    matches = match_transfers(transfers)
    return [
        Proposal(line, match.invoices, match.exact)
        for line, match in zip(lines, matches, strict=True)
    ]


def _imported(sha256: str) -> BankStatement | None:
    return BankStatement.objects.filter(sha256=sha256, undone_at=None).first()


def _known_keys(lines: Sequence[BankLine]) -> set[str]:
    keys = [line.key for line in lines]
    pieces = [keys[start : start + 500] for start in range(0, len(keys), 500)]
    return {
        key
        for piece in pieces
        for key in BankEntry.objects.filter(key__in=piece).values_list("key", flat=True)
    }
