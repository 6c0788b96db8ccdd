"""An order's hash in an address."""

from shop.orders.models import HASH


class HashConverter:
    """Matches what can be a hash; anything else is no address of ours."""

    regex = HASH.pattern

    def to_python(self, value: str) -> str:
        """The hash as it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The hash as it stands in the address."""
        return value
