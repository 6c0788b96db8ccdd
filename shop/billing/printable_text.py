"""Text without signs that neither paper nor XML can hold."""

import unicodedata

# Control characters, halves of surrogate pairs, private use, and what Unicode has not assigned.
UNPRINTABLE = {"Cc", "Cs", "Co", "Cn"}


def printable(text: str) -> str:
    """`text` in one line of printable signs."""
    kept = (" " if sign.isspace() else sign for sign in text)
    return "".join(sign for sign in kept if unicodedata.category(sign) not in UNPRINTABLE).strip()
