"""Filter for text that orderers typed, in mails."""

import re
import unicodedata

from django import template

register = template.Library()

MAX_LENGTH = 60
LINK_LIKE = re.compile(r"(?<=\S)([.:/@])(?=\S)")
HAIR_SPACE = "\u200a"


@register.filter
def typed(text: str | None) -> str:
    """Return `text` cut to 60 characters, and never a link (contract, "Mail").

    Mail programs turn whatever looks like a link into one, so a hair space parts its words.
    Characters that change the direction of text are left out.
    """
    visible = "".join(char for char in text or "" if unicodedata.category(char) != "Cf")
    apart = LINK_LIKE.sub(rf"\1{HAIR_SPACE}", " ".join(visible.split()))
    return apart if len(apart) <= MAX_LENGTH else apart[: MAX_LENGTH - 1] + "…"
