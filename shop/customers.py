"""The setting CUSTOMERS: businesses alone may buy, or private persons, too (contract, "Billing")."""

from django.conf import settings
from django.http import HttpRequest


def sells_to_everyone() -> bool:
    """Return whether private persons may order, too."""
    return str(settings.CUSTOMERS) == "everyone"


def customers(_request: HttpRequest | None = None) -> dict[str, bool]:
    """Tell templates by `for_everyone` whether private persons may order, too.

    Also those that are rendered without a request.
    """
    return {"for_everyone": sells_to_everyone()}
