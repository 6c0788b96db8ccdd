"""Numbers with the words for what is counted, in the English of commands."""


def counted(number: int, one: str, many: str) -> str:
    """Return the number with the words that go with it: "1 order", "2 orders"."""
    return f"{number} {one if number == 1 else many}"
