"""The setting CUSTOMERS: businesses alone may buy, or private persons, too (contract, "Billing").

Templates know it as `for_everyone`; those that are rendered without a request ask by
`{% sells_to_everyone as everyone %}`.
"""

from django import template
from django.conf import settings
from django.http import HttpRequest

register = template.Library()


@register.simple_tag
def sells_to_everyone() -> bool:
    """Return whether private persons may order, too."""
    return str(settings.CUSTOMERS) == "everyone"


def customers(_request: HttpRequest) -> dict[str, bool]:
    """Tell templates by `for_everyone` whether private persons may order, too."""
    return {"for_everyone": sells_to_everyone()}
