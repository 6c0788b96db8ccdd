"""Path converter for the hash of an order."""

from shop.orders.models import HASH


class HashConverter:
    """Matches 32 hex digits; any other path is not found."""

    regex = HASH.pattern

    def to_python(self, value: str) -> str:
        """The hash, unchanged."""
        return value

    def to_url(self, value: str) -> str:
        """The hash, unchanged."""
        return value
