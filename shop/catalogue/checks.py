"""System check: the seller is complete, or no invoice is issued."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 -- Django's own name
from django.db import DatabaseError

from shop.catalogue.seller import current_seller


@register("billing")
def check_seller(**kwargs: Any) -> list[CheckMessage]:
    """Warn about what the seller lacks, even if no `--database` was given."""
    if settings.DEMO:
        return []
    try:
        missing = current_seller().missing()
    except DatabaseError:
        missing = []  # not migrated yet, or out of reach: other checks say so
    if not missing:
        return []
    return [
        Warning(
            "No invoice is issued before the seller is complete. Please fill in at "
            f"/staff/seller/: {', '.join(missing)}.",
            id="billing.W001",
        )
    ]
