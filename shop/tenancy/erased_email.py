"""The address that stands in place of that of a user who was erased."""

ERASED_DOMAIN = "@deleted.invalid"


def erased_email(number: int | None) -> str:
    """Return what stands in place of the e-mail of a user who was erased; nobody can have it."""
    return f"deleted-{number}{ERASED_DOMAIN}"


def is_erased_email(email: str) -> bool:
    """Tell whether an address stands for a user who was erased, so that no mail can go there."""
    return email.endswith(ERASED_DOMAIN)
