"""The one form by which promotion codes are compared, however they are typed."""

import unicodedata

from shop.invisible_characters import INVISIBLE


def canonical_code(typed: str) -> str:
    """Return the form in which two spellings of one code are the same (contract, "Orders API").

    Case does not count; blanks and invisible characters, which come along when a code is copied
    from a mail, do not either.
    """
    # What is left out may join others: O and a spacing macron become one letter.
    while (code := _once(typed)) != typed:
        typed = code
    return code


def _once(typed: str) -> str:
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    return "".join(sign for sign in folded if not _shows_nothing(sign))


def _shows_nothing(sign: str) -> bool:
    return (
        sign.isspace()
        or unicodedata.category(sign) in {"Cc", "Cf"}
        or INVISIBLE.match(sign) is not None
    )
