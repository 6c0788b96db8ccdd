"""What orderers typed, in our mails."""

import re
import unicodedata

from django import template

register = template.Library()

LONGEST = 60
LINK_LIKE = re.compile(r"(?<=\S)([.:/@])(?=\S)")
HAIR_SPACE = "\u200a"


@register.filter
def typed(text: str | None) -> str:
    """`text` cut to 60 characters and never a link (contract, "Mail").

    Mail programs make links of whatever looks like one. They split words at spaces, even at one
    that is hardly to be seen. Signs that turn the direction of text are left out.
    """
    visible = "".join(sign for sign in text or "" if unicodedata.category(sign) != "Cf")
    apart = LINK_LIKE.sub(rf"\1{HAIR_SPACE}", " ".join(visible.split()))
    return apart if len(apart) <= LONGEST else apart[: LONGEST - 1] + "…"
