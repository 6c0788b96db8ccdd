"""The addresses about failures, and of what customers read, for `test_permissions`."""

LOOKED_AT = (
    "failures/",
    "failures/group/",
    "orders/{pk}/as-customer/",
    "orders/{pk}/as-customer/page/",
    "mails/sent/{pk}/",
    "mails/sent/{pk}/html/",
)
MENDED = ("failures/group/note/", "failures/notes/{pk}/close/")


def addresses_of_failures(lookers: set[str], menders: set[str]) -> dict[str, set[str]]:
    """Return who may open which of them."""
    return {**dict.fromkeys(LOOKED_AT, lookers), **dict.fromkeys(MENDED, menders)}
