"""The pages that the law wants to be one click away: `{% legal_links as links %}`."""

from django import template
from django.utils.translation import gettext_lazy as _

from shop.customers import sells_to_everyone

register = template.Library()

FOR_ALL = (
    ("imprint", _("Imprint")),
    ("privacy", _("Privacy")),
    ("data-processing", _("Data processing")),
    ("terms", _("Terms")),
    ("accessibility", _("Accessibility")),
)
FOR_PRIVATE_PERSONS = (
    ("withdrawal", _("Right of withdrawal")),
    ("withdraw", _("Withdraw from contract")),
)
TO_END_A_CONTRACT = ("cancel_contract", _("Cancel contracts here"))


@register.simple_tag
def legal_links() -> list[tuple[str, str]]:
    """Return the names of the pages' URLs and the words of their links. Needs no request."""
    private = FOR_PRIVATE_PERSONS if sells_to_everyone() else ()
    return [(name, str(words)) for name, words in (*FOR_ALL, *private, TO_END_A_CONTRACT)]
