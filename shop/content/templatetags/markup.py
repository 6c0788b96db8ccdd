"""Template filter for Markdown."""

from django import template
from django.utils.safestring import SafeString

from shop.content.markdown import render

register = template.Library()
register.filter("markdown", render)


@register.filter
def markdown_with_anchors(text: str) -> SafeString:
    """Return `text` as HTML, with headings to which links can lead."""
    return render(text, anchors=True)
