"""Markdown as data for the typst template: words and their kinds, in which typst reads no markup."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from markdown_it.tree import SyntaxTreeNode

from shop.content.markdown import tree

Part = dict[str, Any]
LOWEST = 4  # level of headings


def printed_parts(text: str) -> list[Part]:
    """Return the blocks of a text in Markdown. Its links name the shop's own address.

    Headings begin at the second level, below the title, and skip none: PDF/UA forbids it.
    """
    root, level = tree(text), 1
    for node in root.walk():
        if node.type == "heading" and _says_something(node):
            level = max(2, min(int(node.tag[1]), level + 1, LOWEST))
            node.meta["level"] = level
    return _blocks(root.children)


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> list[Part]:
    return [_block(node) for node in nodes if node.type != "heading" or _says_something(node)]


def _says_something(heading: SyntaxTreeNode) -> bool:
    return any(inline.content for inline in heading.children)


def _block(node: SyntaxTreeNode) -> Part:
    match node.type:
        case "heading":
            return {"kind": "heading", "level": node.meta["level"], "body": _words(node)}
        case "paragraph":
            return {"kind": "paragraph", "body": _words(node)}
        case "bullet_list" | "ordered_list":
            start = node.attrs.get("start", 1) if node.type == "ordered_list" else 0
            return {
                "kind": "list",
                "start": start,
                "items": [_blocks(item.children) for item in node.children],
            }
        case "blockquote":
            return {"kind": "quote", "body": _blocks(node.children)}
        case "table":
            rows = [row for part in node.children for row in part.children]
            return {
                "kind": "table",
                "rows": [[_words(cell) for cell in row.children] for row in rows],
            }
        case "hr":
            return {"kind": "rule"}
        case _:  # code, and what the parser may know one day
            return {"kind": "code", "text": node.content}


def _words(node: SyntaxTreeNode) -> list[Part]:
    """Return what stands in one line of `node`."""
    parts = []
    for child in node.children:
        parts += _words(child) if child.type == "inline" else [_word(child)]
    return parts


def _word(node: SyntaxTreeNode) -> Part:
    match node.type:
        case "strong" | "em":
            return {"kind": node.type, "body": _words(node)}
        case "link":
            url = urljoin(settings.BASE_URL, str(node.attrs["href"]))
            return {"kind": "link", "url": url, "body": _words(node)}
        case "hardbreak":
            return {"kind": "break"}
        case "softbreak":
            return {"kind": "text", "text": " "}
        case "code_inline":
            return {"kind": "code", "text": node.content}
        case _:
            return {"kind": "text", "text": node.content}
