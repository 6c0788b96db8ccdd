"""Users' own profiles: names, display name, language, time zone. Orders never change them."""

from dataclasses import astuple, dataclass, fields

from django.db import IntegrityError, transaction

from shop.row_locks import lock_rows
from shop.tenancy.joining import LoginTakenError
from shop.tenancy.models import User


@dataclass(frozen=True)
class Profile:
    """The part of a user that they change themselves; `login` None where they have none."""

    first_name: str
    last_name: str
    login: str | None
    language: str
    time_zone: str


NAMES = tuple(field.name for field in fields(Profile))


def change_profile(user: User, profile: Profile) -> bool:
    """Write the profile of `user`; False where they were erased meanwhile. Raises LoginTakenError."""
    try:
        with transaction.atomic():
            if not lock_rows(User.objects.filter(pk=user.pk, is_active=True)):
                return False
            for name, value in zip(NAMES, astuple(profile), strict=True):
                setattr(user, name, value)
            # Saved, not updated: orders are found by the names of their member.
            user.save(update_fields=NAMES)
    except IntegrityError as error:
        raise LoginTakenError from error
    return True
