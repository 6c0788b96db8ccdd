"""Texts that staff write in Markdown: as HTML, and what is still to be filled in."""

import re
from functools import lru_cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

# Tags that were typed are shown as typed. No pictures: they would be fetched from elsewhere.
markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
# A line may end at a hyphen, but not after this one letter.
E_MAIL = re.compile(r"\bE-(?=Mail)")
PLACEHOLDER = re.compile(r"\[[^\[\]]+\]")


@lru_cache(maxsize=64)
def render(text: str) -> SafeString:
    """`text` as HTML. Its headings stand below the page's own."""
    tokens = markdown.parse(text)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
        for child in token.children or ():
            if child.type == "text":
                child.content = E_MAIL.sub("E\N{NON-BREAKING HYPHEN}", child.content)
    source: str = markdown.renderer.render(tokens, markdown.options, {})
    return SafeString(source)  # the parser has escaped it


def placeholders(text: str) -> list[str]:
    """What stands in square brackets in `text`, links excepted: it is still to be filled in."""
    inline = [child for token in markdown.parse(text) for child in token.children or ()]
    words = [token.content for token in inline if token.type == "text"]
    return list(dict.fromkeys(found for each in words for found in PLACEHOLDER.findall(each)))
