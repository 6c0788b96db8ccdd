"""The number by which people name an order: eight signs that can be dictated."""

import re
import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O and U
LENGTH = 8
# Written down or dictated, these are mistaken for digits.
LOOK_ALIKES = str.maketrans("OIL", "011")
SIGN = "[0-9A-TV-Z]"
# Dashes of all kinds, as mail programs and phones make of a hyphen.
BETWEEN = r"[\s\-\u2010-\u2015\u2212_.]*"
NUMBER = re.compile(rf"(?<![0-9A-Z])#?((?:{SIGN}{BETWEEN}){{{LENGTH - 1}}}{SIGN})(?![0-9A-Z])")
# Among other words. Without a hyphen it needs a digit, or two short words would be a number.
DASH = r"[\-\u2010-\u2015\u2212]"
WITHIN = re.compile(
    rf"(?<![\w.@\-])(?:{SIGN}{{4}}\s?{DASH}\s?{SIGN}{{4}}"
    rf"|(?=[A-Z\s]*[0-9]){SIGN}{{4}}\s?{SIGN}{{4}})(?![\w@\-])"
)


def new_order_number() -> str:
    """A random number in two groups, such as K7QM-3FZ2 (contract, "Who is who")."""
    signs = "".join(secrets.choice(ALPHABET) for _sign in range(LENGTH))
    return _grouped(signs)


def read_order_number(text: str) -> str | None:
    """The number that `text` is, as it is stored, or None.

    Case, blanks, hyphens and invisible signs do not count; O is read as 0, I and L as 1.
    """
    found = NUMBER.fullmatch(_plain(text))
    if found is None:
        return None
    return _grouped("".join(filter(str.isalnum, found[1])).translate(LOOK_ALIKES))


def find_order_number(text: str) -> str | None:
    """The one number in `text`, such as "Order number: K7QM-3FZ2", as it is stored, or None."""
    if number := read_order_number(text):
        return number
    found = {read_order_number(match[0]) for match in WITHIN.finditer(_plain(text))}
    return found.pop() if len(found) == 1 else None


def _plain(text: str) -> str:
    signs = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in signs if unicodedata.category(sign) != "Cf").strip().upper()


def _grouped(signs: str) -> str:
    return f"{signs[: LENGTH // 2]}-{signs[LENGTH // 2 :]}"
