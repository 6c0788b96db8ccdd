"""CAMT.053 and MT940 as banks write them, and files that are neither."""

from datetime import date

import pytest

from shop.billing.bank_files import (
    MAX_BYTES,
    BankFileError,
    BankLine,
    FileTooLargeError,
    NotABankFileError,
    OtherAccountError,
    read_bank_file,
)
from tests.billing.statements import camt, mt940
from tests.factories import make_seller

pytestmark = pytest.mark.django_db

BOMB = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><Stmt>&c;</Stmt></Document>"""
LOADING = b"""<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY a SYSTEM "file:///etc/passwd">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><Stmt>&a;</Stmt></Document>"""


@pytest.fixture(autouse=True)
def _seller() -> None:
    make_seller()


def facts(line: BankLine) -> tuple[date, int, str, str, str, str, bool]:
    return (
        line.booked_on,
        line.amount_cents,
        line.currency,
        line.payer,
        line.payer_iban,
        line.text,
        line.reversal,
    )


def test_camt_gives_booked_credits_in_the_booked_amount() -> None:
    (line,) = read_bank_file(camt("2026-000001"))
    assert facts(line) == (
        date(2026, 11, 3),
        11900,
        "EUR",
        "Wiener Würstel GmbH",
        "AT611904300234573201",
        "Rechnung 2026-000001 vielen Dank",
        False,
    )


def test_camt_batch_gives_a_line_for_each_transfer_and_what_the_bank_took_back() -> None:
    lines = read_bank_file(camt("2026-000001", name="camt_v8_batch"))
    iban = "FR1420041010050500013M02606"
    assert [facts(line) for line in lines] == [
        (date(2026, 11, 4), 2000, "EUR", "Jérôme Müller", iban, "2026-000001 e-1", False),
        (date(2026, 11, 4), 3000, "EUR", "", "", "no number e-2", False),
        (date(2026, 11, 5), -2000, "EUR", "", "", "taken back 2026-000001", True),
    ]


def test_camt_batch_that_does_not_add_up_is_one_line() -> None:
    content = camt("2026-000001", name="camt_v8_batch").replace(b">30.00<", b">31.00<")
    first = read_bank_file(content)[0]
    assert (first.amount_cents, first.text) == (5000, "no number 2026-000001 e-1 e-2")


def test_mt940_gives_credits_with_torn_lines_joined() -> None:
    lines = read_bank_file(mt940("2026-000001"))
    iban = "DE89370400440532013000"
    assert [facts(line) for line in lines] == [
        (date(2026, 11, 2), 11900, "EUR", "MÜLLER GMBH", iban, "Rechnung 2026-000001 danke", False),
        (date(2026, 11, 2), -700, "EUR", "", "", "Storno 2026-000001", True),
        (
            date(2026, 11, 3),
            1200,
            "EUR",
            "",
            "",
            "/EREF/abc/REMI/spare parts/NAME/Foo BV RF123",
            False,
        ),
    ]


@pytest.mark.parametrize(
    "content", [camt(iban="DE02120300000000202051"), mt940(iban="DE02120300000000202051")]
)
def test_file_of_another_account_is_refused_with_the_account(content: bytes) -> None:
    with pytest.raises(OtherAccountError) as refused:
        read_bank_file(content)
    assert refused.value.iban in {"DE02120300000000202051", "12030000/0000202051"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", NotABankFileError),
        (b"/etc/hostname", NotABankFileError),
        (b"<html><p>Sign in</p></html>", NotABankFileError),
        (b"<Document", NotABankFileError),
        (b"%PDF-1.7", NotABankFileError),
        (b"\x00\xff" * 50, NotABankFileError),
        (BOMB, NotABankFileError),
        (LOADING, NotABankFileError),
        (camt(amount="ten"), NotABankFileError),
        (camt(amount="NaN"), NotABankFileError),
        (camt(amount="1.234"), NotABankFileError),
        (b" " * (MAX_BYTES + 1), FileTooLargeError),
    ],
    ids=range(12),
)
def test_what_is_no_bank_file_is_refused(content: bytes, error: type[BankFileError]) -> None:
    with pytest.raises(error):
        read_bank_file(content)


def test_keys_are_the_same_in_overlapping_files_and_tell_twins_apart() -> None:
    once = read_bank_file(camt("2026-000001"))
    entry = camt("2026-000001").partition(b"<Ntry>")[2].partition(b"</Ntry>")[0]
    both = camt("2026-000001").replace(b"</Stmt>", b"<Ntry>" + entry + b"</Ntry></Stmt>")
    twins = read_bank_file(both)
    assert [twins[0].key] == [line.key for line in once]
    assert twins[0].key != twins[1].key
