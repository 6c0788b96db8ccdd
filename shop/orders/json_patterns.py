"""Patterns of the JSON schema; they never refuse what `field_types.py` accepts."""

CONTROLS = r"\x00-\x1f\x7f-\x9f"
# Blanks of all kinds, and characters that are invisible by themselves.
BLANKS = (
    r" \xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u1680"
    r"\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
PLAIN = rf"^[^{CONTROLS}]*[^{CONTROLS}{BLANKS}][^{CONTROLS}]*$"
# Tabs and line breaks are allowed.
LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
LOGIN = "^[A-Za-z0-9@.+_-]+$"

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# Host names may use the letters of any language; some languages have their own full stop.
LABEL = r"[^\x00-,./:-@\[-`{-\xa0]+"
EMAIL = rf"^{ATOM}(\.{ATOM})*@{LABEL}([.\u3002\uff0e\uff61]{LABEL})+$"

HOST = r"([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])"
WEBHOOK = rf'://{HOST}(:[0-9]*)?([/?][!-"$-\[\]-~]*)?$'

# RFC 5646, section 2.1: well-formed tags, registered or not, in any case (JSON Schema has no flag
# to ignore case).
A, N = "[A-Za-z]", "[A-Za-z0-9]"
GRANDFATHERED = (
    *("en-gb-oed", "i-ami", "i-bnn", "i-default", "i-enochian", "i-hak", "i-klingon", "i-lux"),
    *("i-mingo", "i-navajo", "i-pwn", "i-tao", "i-tay", "i-tsu", "sgn-be-fr", "sgn-be-nl"),
    "sgn-ch-de",
)
ANY_CASE = [
    "".join(f"[{sign.upper()}{sign}]" if sign.isalpha() else sign for sign in tag)
    for tag in GRANDFATHERED
]
LANGUAGE_TAG = (
    rf"^(({A}{{2,3}}(-{A}{{3}}){{0,3}}|{A}{{4,8}})"
    rf"(-{A}{{4}})?(-({A}{{2}}|[0-9]{{3}}))?"
    rf"(-({N}{{5,8}}|[0-9]{N}{{3}}))*"
    rf"(-[0-9A-WY-Za-wy-z](-{N}{{2,8}})+)*"
    rf"(-[Xx](-{N}{{1,8}})+)?"
    rf"|[Xx](-{N}{{1,8}})+"
    rf"|{'|'.join(ANY_CASE)})$"
)


def webhook(*, demo: bool) -> str:
    """The pattern of a webhook's URI; the demo profile allows http, too."""
    return "^[Hh][Tt][Tt][Pp]" + ("[Ss]?" if demo else "[Ss]") + WEBHOOK
