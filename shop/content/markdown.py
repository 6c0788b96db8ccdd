"""Render Markdown written by staff, and find placeholders in it."""

import re
from functools import lru_cache
from itertools import pairwise

from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

# HTML tags are shown as typed. No images: browsers would load them from other hosts.
markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
# Keeps "E-Mail" on one line.
E_MAIL = re.compile(r"\bE-(?=Mail)")
PLACEHOLDER = re.compile(r"\[[^\[\]]+\]")


@lru_cache(maxsize=64)
def render(text: str, *, anchors: bool = False) -> SafeString:
    """Return `text` as HTML, with h1 turned into h2, below the page's own heading.

    With `anchors`, links can lead to its headings, by the ids of `headings`.
    """
    tokens = markdown.parse(text)
    ids = iter(headings(text)) if anchors else iter(())
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
        if token.type == "heading_open" and token.tag == "h2" and anchors:
            token.attrSet("id", next(ids)[0])
        for child in token.children or ():
            if child.type == "text":
                child.content = E_MAIL.sub("E\N{NON-BREAKING HYPHEN}", child.content)
    source: str = markdown.renderer.render(tokens, markdown.options, {})
    return SafeString(source)  # escaped by the parser


@lru_cache(maxsize=64)
def headings(text: str) -> list[tuple[str, str]]:
    """Return the id and the words of each heading of the first two levels."""
    tokens = markdown.parse(text)
    titles = [
        "".join(child.content for child in words.children or ())
        for token, words in pairwise(tokens)
        if token.type == "heading_open" and token.tag in {"h1", "h2"}
    ]
    return [(f"section-{number}", title) for number, title in enumerate(titles, start=1)]


def tree(text: str) -> SyntaxTreeNode:
    """Return `text` as the tree of its parts, for what is no HTML."""
    return SyntaxTreeNode(markdown.parse(text))


def placeholders(text: str) -> list[str]:
    """Return the texts in square brackets that are not links, each once."""
    inline = [child for token in markdown.parse(text) for child in token.children or ()]
    words = [token.content for token in inline if token.type == "text"]
    return list(dict.fromkeys(found for each in words for found in PLACEHOLDER.findall(each)))
