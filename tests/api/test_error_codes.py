"""Every code that an API answers is documented, and each documented one is answered by a call."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from shop.faults import SENTENCES
from shop.guide.error_tables import CODES, OF_PAGES, PACKING, error_tables, packing_codes
from shop.orders import problems
from shop.orders.error_codes import ERROR_CODES
from tests.api import provoked_codes as orders
from tests.open_order import provoked_refusals as open_order
from tests.pages import Response, visitor, words

# One a line. A code is added here when it is published, and never taken out or renamed.
PUBLISHED = Path(__file__).with_name("published_codes.txt").read_text(encoding="utf-8").split()
CALLS = [
    *(("orders", code, status, provoke, orders.told) for code, status, provoke in orders.CALLS),
    *(
        ("open_order", code, status, provoke, open_order.told)
        for code, status, provoke in open_order.CALLS
    ),
]
DOCUMENTED = {code: row for rows in CODES.values() for code, row in rows.items()}


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "status", "provoke", "told"),
    [call[1:] for call in CALLS],
    ids=[f"{api}-{code}-{status}" for api, code, status, *_ in CALLS],
)
def test_call_is_refused_with_its_code(
    settings: Settings,
    code: str,
    status: int,
    provoke: Callable[[Settings], Response],
    told: Callable[[Response], set[str]],
) -> None:
    answer = provoke(settings)
    assert answer.status_code == status, answer.content
    assert code in told(answer), answer.content


def test_documented_codes_are_those_that_calls_are_refused_with() -> None:
    documented = {
        (api, code, status)
        for code, row in DOCUMENTED.items()
        for api in ("orders", "open_order")
        for status in row.get(api, [])
    }
    assert documented == {(api, code, status) for api, code, status, *_ in CALLS}


def test_every_code_is_documented_once_unless_pages_alone_tell_it() -> None:
    told = [code for rows in CODES.values() for code in rows]
    assert sorted(told) == sorted((SENTENCES.keys() | problems.SENTENCES.keys()) - OF_PAGES)
    assert problems.SENTENCES.keys() >= OF_PAGES
    assert ERROR_CODES.keys() == PACKING.keys()


def test_sentences_stand_beside_their_codes_alone() -> None:
    product = [*Path("shop").rglob("*.py"), *Path("portal").rglob("*.py")]
    makers = {str(each) for each in product if re.search(r"\bFault\(", each.read_text("utf-8"))}
    assert makers == {"shop/faults.py", "shop/orders/problems.py"}


def test_published_codes_stay() -> None:
    assert sorted({*DOCUMENTED, *ERROR_CODES}) == PUBLISHED


def test_codes_are_words_in_small_letters() -> None:
    assert [code for code in PUBLISHED if not re.fullmatch("[a-z0-9]+(_[a-z0-9]+)*", code)] == []


@pytest.mark.django_db
def test_guide_lists_every_code_with_its_sentences_and_what_to_do() -> None:
    said = words(visitor().get("/api/docs/codes"))
    codes = [*(code for _group, rows in error_tables() for code in rows), *packing_codes()]
    assert len(codes) == len(DOCUMENTED) + len(ERROR_CODES)
    for code in codes:
        parts: list[Any] = [code.name, *code.sentences, code.advice, code.statuses]
        assert " ".join(part for part in parts if part) in said
