"""Characters that show nothing by themselves, and signs that turn the direction of text."""

import re
import unicodedata

# Format characters, and what else Unicode calls default-ignorable: joiners, fillers, variation
# selectors, tags. The braille blank is no such character, and shows nothing either.
SHOWS_NOTHING = (
    r"\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{SHOWS_NOTHING}]")
# Overrides, embeddings and isolates. Marks such as LRM turn nothing beyond themselves.
TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


def is_blank(text: str) -> bool:
    """Tell whether nothing in `text` can be seen."""
    return all(
        sign.isspace() or INVISIBLE.match(sign) or unicodedata.category(sign) == "Cf"
        for sign in text
    )
