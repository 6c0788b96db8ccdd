"""The seller, from a file or from the answers to questions on a terminal."""

import json
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.management import CommandError
from django.forms.models import model_to_dict

from shop.catalogue.seller import current_seller, save_seller
from shop.catalogue.seller_form import SellerForm

FIELDS = SellerForm.Meta.fields
# Asked for on a terminal; staff fill in the rest at /staff/seller/.
ASKED = {
    "legal_name": "Legal name of the company that sells",
    "street": "Street and number",
    "postal_code": "Postal code",
    "city": "City",
    "country": "Country, by its code of two letters",
    "vat_id": "VAT ID (empty if you have none)",
    "tax_number": "Tax number",
    "email": "E-mail for questions about invoices",
    "iban": "IBAN",
}


def read_seller(path: Path) -> dict[str, Any]:
    """Return the members of a TOML or JSON file about the seller. Raises CommandError."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:  # both formats raise a ValueError
        raise CommandError(f"{path} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise CommandError(f"{path} must hold an object with the members of the seller.")
    if unknown := sorted(set(found) - set(FIELDS)):
        raise CommandError(
            f"{path} has members that a seller does not have: {', '.join(unknown)}. "
            f"It has: {', '.join(FIELDS)}."
        )
    return found


def ask_for_seller(ask: Callable[[str], str]) -> dict[str, str]:
    """Return the answers to what an invoice needs, by field; without those left empty."""
    missing = current_seller().missing()
    questions = {
        name: question
        for name, question in ASKED.items()
        if name in missing or (name == "tax_number" and "vat_id" in missing)
    }
    answers = {name: ask(f"{question}: ").strip() for name, question in questions.items()}
    return {name: answer for name, answer in answers.items() if answer}


def fill_in_seller(given: Mapping[str, Any]) -> None:
    """Save the seller with what is `given`. Raises CommandError, with the field that is wrong."""
    seller = current_seller()
    form = SellerForm({**model_to_dict(seller, fields=FIELDS), **given}, instance=seller)
    if not form.is_valid():
        problems = (f"{name}: {errors[0]}" for name, errors in form.errors.items())
        raise CommandError(f"The seller is not saved. {' '.join(problems)}")
    save_seller(form.save(commit=False), actor=None)
