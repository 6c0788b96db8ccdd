"""The codes of refusals and of orders that stopped, made from the code, for the guides."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from shop import faults
from shop.orders import problems
from shop.orders.error_codes import ERROR_CODES, english_error_text

_FILE: dict[str, Any] = json.loads(
    Path(__file__).with_name("codes.json").read_text(encoding="utf-8")
)
# What to do about each value of packing_error_code.
PACKING: dict[str, str] = _FILE.pop("packing_error_code")
# By group: each code with its statuses in both APIs, and what to do.
CODES: dict[str, dict[str, dict[str, Any]]] = _FILE
APIS = {"orders": "/api", "open_order": "open order"}
BOTH = "both"
# Codes that no call of an API is answered with, but pages; `invalid` stands in for what pydantic
# finds and we have no words for.
OF_PAGES = {"already_member", "invalid", "not_fillable"}
POSITION = re.compile(r"\{\d\}")


class Code(NamedTuple):
    """A code with the statuses it comes with, its sentences, and what to do about it."""

    name: str
    statuses: str
    sentences: list[str]
    advice: str


def error_tables() -> list[tuple[str, list[Code]]]:
    """All codes of refusals, by group."""
    return [(group, list(_codes(rows))) for group, rows in CODES.items()]


def packing_codes() -> list[Code]:
    """The values of an order's packing_error_code."""
    return [Code(code, "", [english_error_text(code) or ""], PACKING[code]) for code in ERROR_CODES]


def _codes(rows: dict[str, dict[str, Any]]) -> Iterator[Code]:
    for name, row in rows.items():
        found = {
            words: " or ".join(map(str, row[api])) for api, words in APIS.items() if api in row
        }
        if len(found) == len(APIS) and len(set(found.values())) == 1:
            found = {BOTH: found.popitem()[1]}
        statuses = ", ".join(f"{told} ({words})" for words, told in found.items())
        yield Code(name, statuses, _sentences(name), str(row["do"]))


def _sentences(code: str) -> list[str]:
    """Its sentence for a call as a whole, and for a field; placeholders have names."""
    found = [table[code] for table in (faults.SENTENCES, problems.SENTENCES) if code in table]
    return [POSITION.sub("{field}", sentence) for sentence in found]
