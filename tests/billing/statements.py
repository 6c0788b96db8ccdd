"""Bank files of the tests, filled in: `bank_files/` has one of each kind."""

from pathlib import Path

from tests.factories import SELLER

FILES = Path(__file__).parent / "bank_files"
IBAN = SELLER["iban"]


def camt(
    number: str = "", amount: str = "119.00", iban: str = IBAN, name: str = "camt_v2"
) -> bytes:
    """A CAMT.053 file with one transfer of `amount` for the invoice `number`, and what is ignored."""
    text = (FILES / f"{name}.xml").read_text("utf-8")
    text = text.replace("{iban}", iban).replace("{number}", number).replace("{amount}", amount)
    return text.encode("latin-1" if "ISO-8859-1" in text else "utf-8")


def mt940(number: str = "2026-000001", amount: str = "119,00", iban: str = IBAN) -> bytes:
    """An MT940 file as a German bank sends it; a line break tears the number."""
    text = (FILES / "structured.sta").read_text("utf-8")
    values = {
        "code": iban[4:12],
        "account": iban[12:],
        "number": number,
        "first": number[:6],
        "second": number[6:],
        "amount": amount,
        "umlaut": "Ü",
    }
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text.encode("latin-1")


def euros(cents: int) -> str:
    """119.00"""
    return f"{cents // 100}.{cents % 100:02}"
