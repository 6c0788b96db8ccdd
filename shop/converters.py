"""The URL converter for an order's hash."""

from shop.orders.models import HASH


class HashConverter:
    """Matches the form of a hash."""

    regex = HASH.pattern

    def to_python(self, value: str) -> str:
        """The hash, unchanged."""
        return value

    def to_url(self, value: str) -> str:
        """The hash, unchanged."""
        return value
