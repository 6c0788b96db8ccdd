"""What a step says when it cannot be done. Any other exception is tried again later."""


class Mend(Exception):
    """A person must mend the order first; `code` is one of `shop.orders.faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NeedsHuman(Exception):
    """A person must decide; `code` is one of `shop.orders.faults`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LeaseLost(Exception):
    """Somebody else works on the order now: write nothing more."""
