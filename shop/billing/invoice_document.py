"""The contents of an invoice: a frozen document, kept as JSON in its row, of which the files are made."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shop.catalogue.vat import VatRule


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SellerPart(_Part):
    """The seller as of the day of issue."""

    legal_name: str
    street: str
    postal_code: str
    city: str
    country: str
    vat_id: str = ""
    tax_number: str = ""
    register_entry: str = ""
    contact: str = ""
    email: str
    phone: str = ""
    iban: str
    bic: str = ""


class BuyerPart(_Part):
    """The buyer as of the day of issue."""

    customer_type: Literal["company", "private"]
    company: str = ""
    name: str = ""
    street: str
    street2: str = ""
    postal_code: str
    city: str
    country: str
    vat_id: str = ""
    email: str = ""
    reference: str = ""


class LinePart(_Part):
    """A line: `net_cents` is for all of its quantity, which may be negative."""

    text: str
    detail: str = ""
    """The period, the project, or the discount, in the language of the invoice."""
    quantity: Decimal = Decimal(1)
    unit_cents: int
    net_cents: int
    vat_rate: Decimal
    period_start: date | None = None
    period_end: date | None = None


class TotalPart(_Part):
    """The totals of one rate; VAT is rounded once for each."""

    vat_rate: Decimal
    rule: VatRule
    net_cents: int
    vat_cents: int


class InvoiceDocument(_Part):
    """Everything on an invoice but its number, its dates and its currency, which are columns."""

    seller: SellerPart
    buyer: BuyerPart
    lines: list[LinePart]
    totals: list[TotalPart]
    notes: list[str] = []
    """Legal notes, such as that of reverse charge, in the language of the invoice."""
    order_number: str = ""
    corrects_number: str = ""
    corrects_issued_on: date | None = None
    vat_id_checked_on: date | None = None
    vat_id_consultation: str = ""
