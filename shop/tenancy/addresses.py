"""Whose e-mail address it is."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from shop.tenancy.models import User


def owner_of(email: str) -> User | None:
    """The user whose address `email` is, be it one they have proven beside their first."""
    email = email.lower()
    if found := User.objects.filter(email=email).first():
        return found
    proven = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return proven.user if proven else None


def user_at(email: str, *, first_name: str, last_name: str, language: str) -> User:
    """Whoever has `email`, else somebody new who has yet to join.

    The names and the language are for somebody new: a known user is never changed by an order.
    """
    email = email.lower()
    if found := owner_of(email):
        return found
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email,
                first_name=first_name,
                last_name=last_name,
                language=language,
                is_active=False,
            )
    except IntegrityError:
        # Another order for the same new address was faster.
        return User.objects.get(email=email)


def prove(user: User) -> None:
    """Write down that `user` reads their mail, as sign-in wants to see it.

    Where somebody else has proven the same address meanwhile, it stays theirs.
    """
    if EmailAddress.objects.filter(email=user.email, verified=True).exclude(user=user).exists():
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
