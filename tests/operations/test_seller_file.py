"""The seller, from a file of `manage.py setup` or from answers on a terminal."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils.translation import override

from shop.catalogue.seller import Seller, current_seller
from shop.operations.setup.seller_file import ask_for_seller, fill_in_seller, read_seller

pytestmark = pytest.mark.django_db

SELLER = {
    "legal_name": "Beispielfilm GmbH",
    "street": "Hauptstraße 1",
    "postal_code": "80331",
    "city": "München",
    "vat_id": "DE136695976",
    "email": "billing@example.com",
    "iban": "DE89 3704 0044 0532 0130 00",
}


@pytest.fixture(autouse=True)
def nobody() -> None:
    """No seller yet."""
    Seller.objects.all().delete()


def write(path: Path, members: dict[str, Any]) -> None:
    lines = (f"{name} = {json.dumps(value)}" for name, value in members.items())
    path.write_text(json.dumps(members) if path.suffix == ".json" else "\n".join(lines))


@pytest.mark.parametrize("ending", ["json", "toml"])
def test_seller_is_filled_in_from_a_file(ending: str, tmp_path: Path) -> None:
    write(path := tmp_path / f"seller.{ending}", SELLER | {"due_days": 30})
    fill_in_seller(read_seller(path))
    found = current_seller()
    assert found.missing() == []
    assert (found.legal_name, found.due_days) == ("Beispielfilm GmbH", 30)
    assert (found.iban, found.country) == ("DE89370400440532013000", "DE")


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ({"iban": "DE00"}, "The seller is not saved. iban: This is no IBAN: please check it."),
        ({"firm": "x"}, "members that a seller does not have: firm."),
    ],
)
def test_file_that_is_wrong_is_refused(
    members: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    write(path := tmp_path / "seller.json", SELLER | members)
    with pytest.raises(CommandError, match=sentence), override("en"):
        fill_in_seller(read_seller(path))
    assert not Seller.objects.exists()


@pytest.mark.parametrize("text", ["{", "[]", None])
def test_file_that_cannot_be_read_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "seller.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError, match=r"seller\.json (cannot be read|must hold an object)"):
        read_seller(path)


def test_questions_are_asked_about_what_is_missing() -> None:
    Seller.objects.create(pk=1, legal_name="Beispielfilm GmbH", city="München", tax_number="1/2")
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return SELLER["iban"] if question == "IBAN: " else ""

    fill_in_seller(ask_for_seller(answer))
    assert len(asked) == 4
    assert not any("Legal name" in question or "VAT" in question for question in asked)
    assert current_seller().missing() == ["street", "postal_code", "email"]
