"""Render Markdown written by staff, and find placeholders in it."""

import re
from functools import lru_cache

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

# HTML tags are shown as typed. No images: browsers would load them from other hosts.
markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
# Keeps "E-Mail" on one line.
E_MAIL = re.compile(r"\bE-(?=Mail)")
PLACEHOLDER = re.compile(r"\[[^\[\]]+\]")


@lru_cache(maxsize=64)
def render(text: str) -> SafeString:
    """Return `text` as HTML, with h1 turned into h2, below the page's own heading."""
    tokens = markdown.parse(text)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
        for child in token.children or ():
            if child.type == "text":
                child.content = E_MAIL.sub("E\N{NON-BREAKING HYPHEN}", child.content)
    source: str = markdown.renderer.render(tokens, markdown.options, {})
    return SafeString(source)  # escaped by the parser


def placeholders(text: str) -> list[str]:
    """Return the texts in square brackets that are not links, each once."""
    inline = [child for token in markdown.parse(text) for child in token.children or ()]
    words = [token.content for token in inline if token.type == "text"]
    return list(dict.fromkeys(found for each in words for found in PLACEHOLDER.findall(each)))
