"""What orderers typed, in our mails."""

import re

from django import template

register = template.Library()

LONGEST = 60
LINK_LIKE = re.compile(r"(?<=\S)([.:/@])(?=\S)")
WORD_JOINER = "\u2060"


@register.filter
def typed(text: str | None) -> str:
    """`text` cut to 60 characters and never a link (contract, "Mail").

    Mail programs make links of whatever looks like one; an invisible character prevents it.
    """
    cut = " ".join((text or "").split())
    if len(cut) > LONGEST:
        cut = cut[: LONGEST - 1] + "…"
    return LINK_LIKE.sub(rf"\1{WORD_JOINER}", cut)
