"""Resets of lost second factors: one of staff asks, a second one decides.

The requester has checked the person's identity. Nobody requests or decides a reset of their own.
"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from shop.tenancy.colleagues import colleagues_with, may_help, may_manage, permission_to_help
from shop.tenancy.factor_reset_rows import OPEN_FOR, FactorReset
from shop.tenancy.mfa import has_second_factor
from shop.tenancy.models import User

Outcome = FactorReset.Outcome


def open_resets() -> QuerySet[FactorReset]:
    """Return the requests that can still be confirmed, oldest first."""
    since = timezone.now() - OPEN_FOR
    return FactorReset.objects.filter(outcome="", asked_at__gt=since).order_by("pk")


def ask_to_reset(user: User, staff: User, reason: str, identity: str) -> FactorReset | None:
    """Request the reset; None if one is open already, or `user` has no second factor."""
    if not has_second_factor(user):
        return None
    try:
        with transaction.atomic():
            before = timezone.now() - OPEN_FOR
            late = FactorReset.objects.filter(user=user, outcome="", asked_at__lte=before)
            late.update(outcome=Outcome.EXPIRED)
            return FactorReset.objects.create(
                user=user, asked_by=staff, reason=reason, identity=identity
            )
    except IntegrityError:  # another is open
        return None


def confirmers(user: User, asked_by: User) -> list[User]:
    """Return the colleagues who may confirm that `asked_by` has the factors of `user` reset."""
    able = colleagues_with(permission_to_help(user)).exclude(pk__in=[user.pk, asked_by.pk])
    return [each for each in able if may_manage(each, user)]


def may_decide(reset: FactorReset, staff: User) -> bool:
    """Return whether `staff` may confirm or refuse the request of somebody else."""
    return staff.pk != reset.asked_by_id and may_help(staff, reset.user)


def may_confirm(reset: FactorReset, staff: User) -> bool:
    """Return whether `staff` may confirm the request, and its requester could still make it."""
    asked_by = reset.asked_by
    is_vouched = asked_by.is_staff and asked_by.may_sign_in and may_help(asked_by, reset.user)
    return is_vouched and may_decide(reset, staff)


def confirm(reset: FactorReset, staff: User) -> bool:
    """Confirm the request; False if it is no longer open, or is not for `staff` to confirm.

    The caller resets the factors in the same transaction.
    """
    return may_confirm(reset, staff) and _decide(reset, staff, Outcome.CONFIRMED)


def refuse(reset: FactorReset, staff: User) -> bool:
    """Refuse the request, or withdraw one's own; False if it is not open, or not theirs to do so."""
    if staff.pk == reset.asked_by_id:
        return _decide(reset, staff, Outcome.WITHDRAWN)
    return may_decide(reset, staff) and _decide(reset, staff, Outcome.REFUSED)


def delete_old_resets(beat: Callable[[], None]) -> None:
    """Delete requests KEEP_FACTOR_RESETS_DAYS after they were made.

    What was written about somebody's identity is personal data.
    """
    beat()
    before = timezone.now() - timedelta(days=settings.KEEP_FACTOR_RESETS_DAYS)
    FactorReset.objects.filter(asked_at__lt=before).delete()


def _decide(reset: FactorReset, staff: User, outcome: Outcome) -> bool:
    decided = {"outcome": outcome, "decided_by": staff, "decided_at": timezone.now()}
    return bool(open_resets().filter(pk=reset.pk).update(**decided))
