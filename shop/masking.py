"""Masks for logs, traces and error reports, which secrets and people's data must not reach."""

import re

from shop.orders.card_numbers import hide_cards

# Whoever knows what follows in these paths sees an order, joins, or sets a password.
SECRET_PATH = re.compile(
    r"/(register|orders|reset/key|back-office|declarations/(?:received|prove|proven))"
    r"/[^\s/?\"']+(?:/(join|cancel)/[^\s/?\"']+)?",
    re.IGNORECASE,
)
HASH = re.compile(r"\b[0-9a-fA-F]{32}\b")
USER_OF_URL = re.compile(r"://[^/\s@\"']+@")
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
# PostgreSQL quotes rows and statements, pydantic what was typed.
QUOTED_ROW = re.compile(r"\b(DETAIL|LINE \d+):.*")
QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)


def mask(text: str) -> str:
    """Return `text` without order hashes, secret paths, cards, e-mail addresses and quoted rows."""
    text = HASH.sub("…", SECRET_PATH.sub(_without_secret, text))
    if "@" in text:
        text = EMAIL.sub("…@…", USER_OF_URL.sub("://…@", text))
    if "DETAIL" in text or "LINE" in text:
        text = QUOTED_ROW.sub(r"\1: …", text)
    if "input_value=" in text:
        text = QUOTED_INPUT.sub("input_value=…", text)
    return hide_cards(text)


def _without_secret(found: re.Match[str]) -> str:
    return f"/{found[1]}/…" + (f"/{found[2]}/…" if found[2] else "")
