"""`{% kept %}`: a fragment of a template that is rendered once for each set of its variables.

    {% kept tier=product.name %}<h2>{% translate "Tier" %} {{ tier }}</h2>{% endkept %}

Between the tags a template sees the named variables, the language, and nothing else: neither the
request nor the user. So what one visitor is shown can reach another only by those variables. Give
it words and numbers of the shop, never what somebody typed.
"""

from decimal import Decimal
from typing import Any

from django import template
from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.loader_tags import BlockNode
from django.utils.translation import get_language

register = template.Library()
# Fragments that a process holds; beyond it, all are rendered anew.
MOST = 2000
PLAIN = (str, int, Decimal, type(None))

_fragments: dict[tuple[Any, ...], str] = {}


class KeptNode(Node):
    """Renders its nodes once for each language and each set of values of its variables."""

    child_nodelists = ("nodes",)

    def __init__(self, variables: dict[str, FilterExpression], nodes: NodeList) -> None:
        self.variables = variables
        self.nodes = nodes

    def render(self, context: Context) -> str:
        """Return the fragment. Raises TypeError for a value that is no word or number."""
        values = {name: value.resolve(context) for name, value in self.variables.items()}
        # 1, True and Decimal("1.0") are equal, as are a text and the same marked as safe HTML; yet
        # they are shown differently.
        shown = [(type(value), str(value)) for value in values.values()]
        key = (self, get_language(), context.autoescape, *shown)
        fragment = _fragments.get(key)
        if fragment is None:
            if len(_fragments) >= MOST:
                _fragments.clear()
            fragment = _fragments[key] = self._render(context, values)
        return fragment

    def _render(self, context: Context, values: dict[str, Any]) -> str:
        for name, value in values.items():
            if not isinstance(value, PLAIN):
                raise TypeError(f"{name} of a kept fragment must be a word or a number: {value!r}")
        alone = Context(values, autoescape=context.autoescape)
        alone.template = context.template
        return self.nodes.render(alone)


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """Keep what stands between `{% kept name=value … %}` and `{% endkept %}`."""
    words = token.split_contents()[1:]
    variables = token_kwargs(words, parser)
    nodes = parser.parse(("endkept",))
    parser.delete_first_token()
    if words:
        raise TemplateSyntaxError("Each word after kept must be name=value.")
    if nodes.get_nodes_by_type(BlockNode):
        raise TemplateSyntaxError("A kept fragment cannot hold a block: pages fill blocks.")
    return KeptNode(variables, nodes)


def clear() -> None:
    """Forget all fragments of this process."""
    _fragments.clear()
