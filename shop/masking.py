"""Masks for logs, traces and error reports, which secrets and people's data must not reach."""

import re

from shop.orders.card_numbers import hide_cards

# A slash may be encoded: a path may stand in the query string of another one.
SLASH, IN_PATH = "(?:/|%2F)", r"(?:(?!%2F)[^\s/?&\"'])+"
# Whoever knows what follows in these paths sees an order, joins, or sets a password.
SECRET_PATH = re.compile(
    rf"{SLASH}(register|orders|reset{SLASH}key|back-office|probe"
    rf"|declarations{SLASH}(?:received|prove|proven))"
    rf"{SLASH}{IN_PATH}(?:{SLASH}(join|cancel){SLASH}{IN_PATH})?",
    re.IGNORECASE,
)
HASH = re.compile(r"(?:\b|(?<=%[0-9A-F]{2})|(?<=2F))[0-9a-f]{32}\b", re.IGNORECASE)
USER_OF_URL = re.compile(r"://[^/\s@\"']+@")
EMAIL = re.compile(r"[\w.+%-]+(?:'[\w.+%-]+)*(?:@|%40)[\w-]+(?:\.[\w-]+)+")
# PostgreSQL quotes rows and statements, pydantic what was typed.
QUOTED_ROW = re.compile(r"\b(DETAIL|LINE \d+):.*")
QUOTED_INPUT = re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL)


def mask(text: str) -> str:
    """Return `text` without order hashes, secret paths, cards, e-mail addresses and quoted rows."""
    text = HASH.sub("…", SECRET_PATH.sub(_without_secret, text))
    if "@" in text or "%40" in text:
        text = EMAIL.sub("…@…", USER_OF_URL.sub("://…@", text))
    if "DETAIL" in text or "LINE" in text:
        text = QUOTED_ROW.sub(r"\1: …", text)
    if "input_value=" in text:
        text = QUOTED_INPUT.sub("input_value=…", text)
    return hide_cards(text)


def _without_secret(found: re.Match[str]) -> str:
    return f"/{found[1]}/…" + (f"/{found[2]}/…" if found[2] else "")
