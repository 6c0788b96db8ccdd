"""Bank files: the entries of CAMT.053 and MT940 as one form, of our own account alone.

CAMT.053 is read by lxml itself: pycamt takes the amount that the payer instructed, in their
currency, for the one that was booked, and finds nothing in a file with a prefixed namespace.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import mt940
from lxml import etree

from shop.catalogue.seller import current_seller

MAX_BYTES = 5_000_000
# Where a bank has no reference of its own.
NO_REFERENCES = {"", "NONREF", "NOTPROVIDED", "STARTUMS"}


class BankFileError(Exception):
    """Nothing of the file was imported."""


class FileTooLargeError(BankFileError):
    """More than MAX_BYTES."""


class NotABankFileError(BankFileError):
    """Neither CAMT.053 nor MT940, or one that is broken."""


class OtherAccountError(BankFileError):
    """A file of another account than the seller's."""

    def __init__(self, iban: str) -> None:
        super().__init__(iban)
        self.iban = iban


@dataclass(frozen=True)
class BankLine:
    """Money that came in, or a credit that the bank took back: then the amount is negative."""

    booked_on: date
    amount_cents: int
    currency: str
    payer: str
    payer_iban: str
    text: str
    # A transfer of ours that came back pays no invoice.
    reversal: bool
    reference: str  # the bank's own
    key: str = ""  # the same in another file that has the same entry


def read_bank_file(content: bytes) -> list[BankLine]:
    """Read all booked credits of a CAMT.053 or MT940 file, whatever the number of statements.

    Raises BankFileError.
    """
    if len(content) > MAX_BYTES:
        raise FileTooLargeError
    is_xml = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
    try:
        accounts = list(_camt(content) if is_xml else _mt940(_decoded(content)))
    except BankFileError:
        raise
    except Exception as error:  # both libraries raise what they come upon in a broken file
        raise NotABankFileError from error
    if not accounts:
        raise NotABankFileError
    own = _compact(current_seller().iban)
    for account, _lines in accounts:
        if not _is_own(account, own):
            raise OtherAccountError(account)
    return _with_keys(line for _account, lines in accounts for line in lines)


def _camt(content: bytes) -> Iterator[tuple[str, list[BankLine]]]:
    # No entity is ever expanded and nothing is loaded; a bank declares no document type at all.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.doctype or "camt.053" not in root.tag:
        raise NotABankFileError
    for statement in root.iter("{*}Stmt"):
        account = _text(statement, "Acct/Id/IBAN") or _text(statement, "Acct/Id/Othr/Id")
        entries = statement.iterfind("{*}Ntry")
        yield _compact(account), [line for entry in entries for line in _entry(entry)]


def _entry(entry: Any) -> Iterator[BankLine]:
    """The lines of a CAMT entry: one for each transfer of a batch that names its amounts."""
    credit = _text(entry, "CdtDbtInd") == "CRDT"
    reversal = _text(entry, "RvslInd") in {"true", "1"}
    status = _text(entry, "Sts/Cd") or _text(entry, "Sts")
    if status != "BOOK" or not (credit or reversal):
        return
    amount, currency = _cents(_text(entry, "Amt")), entry.find("{*}Amt").get("Ccy")
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    amounts = [_own_amount(detail, currency) for detail in details]
    # Where they do not add up to what was booked, staff assign the entry as a whole.
    if len(details) < 2 or sum(each or 0 for each in amounts) != amount or None in amounts:
        details, amounts = details[:1] if len(details) == 1 else [entry], [amount]
    reference = _text(entry, "AcctSvcrRef")
    for detail, cents in zip(details, amounts, strict=True):
        yield BankLine(
            booked_on=date.fromisoformat(
                (_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"))[:10]
            ),
            amount_cents=(cents or 0) if credit else -(cents or 0),
            currency=currency,
            payer=_any_text(detail, "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm"),
            payer_iban=_compact(_text(detail, "RltdPties/DbtrAcct/Id/IBAN")),
            text=_remittance(detail) or _text(entry, "AddtlNtryInf"),
            reversal=reversal,
            reference=_text(detail, "Refs/AcctSvcrRef") or reference,
        )


def _remittance(detail: Any) -> str:
    """All that the payer wrote, in whatever element the bank has put it."""
    names = ("RmtInf/{*}Ustrd", "RmtInf/{*}Strd/{*}CdtrRefInf/{*}Ref", "Refs/{*}EndToEndId")
    of_batch = "NtryDtls/{*}TxDtls/{*}" if etree.QName(detail).localname == "Ntry" else ""
    found = [
        text.strip()
        for name in names
        for text in (each.text or "" for each in detail.iterfind("{*}" + of_batch + name))
    ]
    return " ".join(text for text in found if text not in NO_REFERENCES)


def _own_amount(detail: Any, currency: str) -> int | None:
    """The amount of one transfer of a batch in the account's currency, if the bank tells it."""
    for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt", "{*}AmtDtls/{*}InstdAmt/{*}Amt"):
        found = detail.find(path)
        if found is not None and found.get("Ccy") == currency:
            return _cents(found.text)
    return None


def _mt940(text: str) -> Iterator[tuple[str, list[BankLine]]]:
    # From a file object: text that is the path of a file would be opened.
    for statement in mt940.parse_statements(io.StringIO(text), options=mt940.Options.all()):
        account = str(statement.data.get("account_identification") or "")
        yield _compact(account), [_line(each.data) for each in statement if _is_credit(each.data)]


def _is_credit(data: dict[str, Any]) -> bool:
    return str(data.get("status", "")).upper() != "D"


def _line(data: dict[str, Any]) -> BankLine:
    details = [data.get(name) for name in ("purpose", "transaction_details", "additional_purpose")]
    details += [data.get("end_to_end_reference"), data.get("customer_reference")]
    texts = [" ".join(str(each or "").split()) for each in details]
    return BankLine(
        booked_on=date.fromisoformat(str(data.get("entry_date") or data["date"])),
        amount_cents=_cents(data["amount"].amount),
        currency=data["currency"],
        payer=data.get("applicant_name") or "",
        payer_iban=_compact(data.get("gvc_applicant_iban") or data.get("applicant_iban") or ""),
        text=" ".join(text for text in texts if text not in NO_REFERENCES),
        reversal=str(data["status"]).upper() in {"RC", "RD"},
        reference=str(data.get("bank_reference") or ""),
    )


def _decoded(content: bytes) -> str:
    """MT940 comes in UTF-8 or, as German banks send it, in Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _with_keys(lines: Iterable[BankLine]) -> list[BankLine]:
    """Give each line its key; what is alike in one file is counted, as both are money."""
    seen: Counter[str] = Counter()
    keyed = []
    for line in lines:
        own = line.reference if line.reference not in NO_REFERENCES else ""
        words = "".join(line.text.split()).casefold()
        facts = (line.booked_on, line.amount_cents, line.currency, own, line.payer_iban, words)
        digest = hashlib.sha256("|".join(map(str, facts)).encode()).hexdigest()
        keyed.append(replace(line, key=f"{digest}-{seen[digest]}"))
        seen[digest] += 1
    return keyed


def _is_own(account: str, own: str) -> bool:
    """Tell if it is our account: an IBAN, or as MT940 has it, a German bank code and account."""
    if not own:
        return False
    code, slash, number = account.partition("/")
    if slash and own.startswith("DE"):
        number = number.removesuffix("EUR").zfill(10)
        return own[4:12] == code and own[12:] == number
    return account.removesuffix("EUR") == own


def _cents(amount: Any) -> int:
    """Whole cents. Raises NotABankFileError."""
    try:
        cents = Decimal(str(amount)) * 100
    except InvalidOperation as error:
        raise NotABankFileError from error
    if not cents.is_finite() or cents != cents.to_integral_value() or abs(cents) >= 10**15:
        raise NotABankFileError
    return int(cents)


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _text(element: Any, path: str) -> str:
    """The text at a path of local names, in whatever version of the namespace; else ""."""
    found = element.find("/".join("{*}" + name for name in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def _any_text(element: Any, *paths: str) -> str:
    return next(filter(None, (_text(element, path) for path in paths)), "")
