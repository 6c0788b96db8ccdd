"""Whose e-mail address it is, and how much of it is shown."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from shop.row_locks import lock_rows
from shop.tenancy.models import User


def user_by_email(email: str) -> User | None:
    """The user whose address `email` is, be it one they have proven beside their first."""
    email = email.lower()
    first = User.objects.filter(email=email).first()
    # Asked in any case: the time it takes must not tell whether an address is known.
    proven = EmailAddress.objects.filter(email=email, verified=True).select_related("user").first()
    return first or (proven.user if proven else None)


def mask_email(email: str) -> str:
    """Enough of the address to recognise one's own: `n…@g….com`. Empty for none."""
    name, _at, domain = email.partition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{name[:1]}…@{host[:1]}…{dot}{ending}" if email else ""


def get_or_create_user(email: str, *, first_name: str, last_name: str, language: str) -> User:
    """Whoever has `email`, else somebody new who has yet to join.

    The names and the language are for somebody new: a known user is never changed by an order.
    """
    email = email.lower()
    found = user_by_email(email)
    try:
        with transaction.atomic():
            if found and _hold(found):
                return found
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


def _hold(user: User) -> bool:
    """Whether `user` is still there: nobody deletes their account while this is written."""
    # To write also takes the time of making somebody new, which must tell nothing.
    return bool(lock_rows(User.objects.filter(pk=user.pk, email=user.email)))


def mark_verified(user: User) -> None:
    """Write down that `user` reads their mail, as sign-in wants to see it.

    Where somebody else has proven the same address meanwhile, it stays theirs.
    """
    if EmailAddress.objects.filter(email=user.email, verified=True).exclude(user=user).exists():
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
