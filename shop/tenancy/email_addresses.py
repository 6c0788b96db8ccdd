"""Find, create and verify users by their e-mail address."""

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from shop.compiled_queries import CompiledQuery, Parameter
from shop.email_spellings import canonical_email, shown_email, stored_email
from shop.row_locks import row_lock
from shop.tenancy.email_conflicts import settle_all
from shop.tenancy.models import User

_user_of: CompiledQuery[User] = CompiledQuery(
    lambda: User.objects.filter(canonical_email=Parameter("canonical"))
)
_verified: CompiledQuery[EmailAddress] = CompiledQuery(
    lambda: (
        EmailAddress.objects.filter(email=Parameter("email"), verified=True)
        .select_related("user")
        .order_by("pk")[:1]
    )
)
_lock = row_lock(User, "pk", "email")


def user_by_email(email: str) -> User | None:
    """Return the user of `email`: their main address, or another one they have verified."""
    user = _user_of.first(canonical=canonical_email(email))
    # Queried in any case: response times must not reveal whether an address is known.
    other = _verified.first(email=stored_email(email))
    return user or (other.user if other else None)


def lock_user_of(email: str, user: User) -> bool:
    """Lock `user` until the transaction ends; False where `email` is not their main address."""
    ours = user.canonical_email == canonical_email(email)
    return ours and bool(_lock.run(pk=user.pk, email=user.email))


def mask_email(email: str) -> str:
    """Return just enough of `email` for its owner to recognise it: `n…@g….com`; "" for ""."""
    name, _at, domain = shown_email(email).rpartition("@")
    host, dot, ending = domain.rpartition(".")
    return f"{name[:1]}…@{host[:1]}…{dot}{ending}" if email else ""


def get_or_create_user(email: str, *, first_name: str, last_name: str, language: str) -> User:
    """Return the user of `email`, unchanged, or create one who has yet to join."""
    settle_all()  # the version before may just have written the user
    found = user_by_email(email)
    # Locked, so that the account cannot be deleted meanwhile. The write also takes as long as
    # creating a user, so that response times do not tell the two cases apart.
    if found and _lock.run(pk=found.pk, email=found.email):
        return found
    try:
        with transaction.atomic():
            names = {"first_name": first_name, "last_name": last_name}
            return User.objects.create_user(email, **names, language=language, is_active=False)
    except IntegrityError:
        # Another order has just created the user, in this spelling or another.
        return User.objects.get(canonical_email=canonical_email(email))


def mark_verified(user: User) -> None:
    """Mark the e-mail of `user` as verified for sign-in, unless somebody else has verified it."""
    if EmailAddress.objects.filter(email=user.email, verified=True).exclude(user=user).exists():
        return
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
