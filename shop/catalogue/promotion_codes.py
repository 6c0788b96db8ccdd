"""The one form by which promotion codes are compared, however they are typed."""

import unicodedata


def canonical_code(typed: str) -> str:
    """Return the form in which two spellings of one code are the same (contract, "Orders API").

    Case does not count; blanks and invisible characters, which come along when a code is copied
    from a mail, do not either.
    """
    # Folding may leave forms that NFKC changes once more.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", typed).casefold())
    return "".join(sign for sign in folded if not _shows_nothing(sign))


def _shows_nothing(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf"}
