"""Invoices as programs get them, for the API's description."""

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from shop.api.response_schema import Amount, Answered, BillingAnswer
from shop.openapi import Hash

InvoiceNumber = Annotated[str, Field(pattern="^[0-9A-Z-]{1,30}$", examples=["2026-000123"])]
SignedAmount = Annotated[str, Field(pattern=r"^-?[0-9]+\.[0-9]{2}$", examples=["49.00"])]


class InvoiceLineAnswer(Answered):
    """A line of an invoice."""

    model_config = ConfigDict(title="InvoiceLine")

    text: str
    """The text, in the language of the invoice."""
    quantity: float
    """The quantity; negative for a deduction."""
    net: SignedAmount
    """Without VAT, for the whole quantity."""
    vat_rate: Amount
    """The rate of VAT in percent, such as 19.00."""


class InvoiceAnswer(Answered):
    """An invoice or credit note. All fields are always present."""

    model_config = ConfigDict(title="Invoice")

    number: InvoiceNumber
    """The number. Invoices and credit notes are numbered in one series."""
    kind: Literal["invoice", "credit_note"]
    """A credit note cancels an invoice or a part of it; its amounts are positive."""
    issued_on: date
    """The day of issue, in the shop's time zone."""
    due_on: date
    """The day by which it must be paid."""
    period_start: date
    """The first day of the period."""
    period_end: date
    """The last day of the period."""
    net: Amount
    """Without VAT."""
    vat: Amount
    """The VAT."""
    gross: Amount
    """With VAT."""
    currency: str
    """The ISO 4217 currency code."""
    state: Literal["open", "paid", "overdue", "cancelled"]
    """cancelled: credit notes cover all of it. A credit note is always paid."""
    order_hash: Hash
    """The order that began the subscription."""
    buyer: BillingAnswer
    """The buyer as of the day of issue."""
    lines: list[InvoiceLineAnswer]
    """The lines."""
