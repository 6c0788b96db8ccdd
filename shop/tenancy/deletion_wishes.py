"""Wishes to be deleted: kept while a client needs the person, and then carried out by themselves.

(Contract, "Who is who".)
"""

from collections.abc import Callable
from contextlib import suppress

from django.db import transaction

from shop.row_locks import lock_rows
from shop.tenancy.departure_rows import DeletionWish
from shop.tenancy.erasure import NotErasableError, StillAdministersError, erase_user
from shop.tenancy.models import User
from shop.tenancy.signals import account_deleted
from shop.worker.row_failures import RowFailures


class WishUndoneError(Exception):
    """The user has undone their wish while it was being carried out."""


def delete_when_possible(user: User) -> bool:
    """Delete the account of `user` now, or keep the wish and return False. Raises NotErasableError."""
    try:
        _delete(user)
    except StillAdministersError:
        with transaction.atomic():
            if not lock_rows(User.objects.filter(pk=user.pk, is_active=True)):
                raise NotErasableError from None
            DeletionWish.objects.get_or_create(user=user)
        return False
    return True


def undo_wish(user: User) -> bool:
    """Forget that `user` wished to be deleted; False where there is no such wish, or it is done."""
    with transaction.atomic():
        # Carrying it out locks the user's row as well, so it comes before or after.
        if not lock_rows(User.objects.filter(pk=user.pk, is_active=True)):
            return False
        deleted, _by_model = DeletionWish.objects.filter(user=user).delete()
    return deleted > 0


def carry_out_wishes(beat: Callable[[], None]) -> None:
    """Delete the accounts whose owners wish it and whom no client needs any more; hourly.

    Calls `beat` before each. Raises RowsFailedError once all had their turn.
    """
    failures = RowFailures()
    for wish in DeletionWish.objects.select_related("user").order_by("asked_at", "pk").iterator():
        beat()
        with (
            failures.logged("The wish of user %s to be deleted failed.", wish.pk),
            # Needed still; or erased, made one of staff, or undone meanwhile.
            suppress(StillAdministersError, NotErasableError, WishUndoneError),
        ):
            _delete(wish.user, by_wish=True)
    failures.tell()


def _delete(user: User, *, by_wish: bool = False) -> None:
    """Erase `user`, and have it confirmed to the address they had."""
    email, language = user.email, user.language

    def confirm() -> None:
        if by_wish and not DeletionWish.objects.filter(user=user).exists():
            raise WishUndoneError
        account_deleted.send(sender=User, email=email, language=language)

    erase_user(user, confirm)
