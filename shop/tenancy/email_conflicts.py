"""Users who share a mailbox: two accounts from before all spellings counted as one address.

They are never merged. The one who joined first keeps the address; the others have no canonical
address and cannot sign in until staff give them another one.
"""

import logging
from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, Q, QuerySet

from shop.compiled_queries import CompiledQuery
from shop.email_spellings import canonical_email, stored_email
from shop.tenancy.models import User

logger = logging.getLogger(__name__)

BATCH = 500


_unsettled: CompiledQuery[tuple[int]] = CompiledQuery(
    lambda: User.objects.filter(canonical_email=None).values_list("pk")[:1]
)


def users_in_conflict() -> QuerySet[User]:
    """Return the users whose mailbox is another user's, except deactivated ones, oldest first."""
    found = User.objects.filter(canonical_email=None)
    return found.exclude(is_active=False, joined_at__isnull=False).order_by("pk")


def settle_new_rows(beat: Callable[[], None]) -> None:
    """Give a canonical address to rows that the version before has written; call `beat` meanwhile.

    During an update both versions run. A row that stays without one is logged.
    """
    _drop_outdated(beat)
    settle_all(beat)
    if waiting := users_in_conflict().count():
        logger.warning(
            "%s accounts share a mailbox with an older one and cannot sign in: see the overview.",
            waiting,
        )


def settle_all(beat: Callable[[], None] = lambda: None) -> None:
    """Settle the rows there are, in one query if there is none."""
    if _unsettled.first() is None:
        return
    settle(User.objects.all(), EmailAddress.objects.all(), beat)


def settle(users: QuerySet[Any], addresses: QuerySet[Any], beat: Callable[[], None]) -> None:
    """Give each user without a canonical address theirs, unless another user has it.

    Of several, the first to join comes first, then the first created. `users` and `addresses` are
    all rows of both tables; a migration passes its own models.
    """
    in_turn = users.filter(canonical_email=None).order_by(
        F("joined_at").asc(nulls_last=True), "date_joined", "pk"
    )
    rows = list(in_turn.values_list("pk", "email"))
    for start in range(0, len(rows), BATCH):
        beat()
        # Backwards, so that the first of several who share a mailbox replaces the others.
        batch = rows[start : start + BATCH][::-1]
        by_canonical = {canonical_email(email): (pk, email) for pk, email in batch}
        taken = users.filter(canonical_email__in=list(by_canonical))
        for canonical in taken.values_list("canonical_email", flat=True):
            del by_canonical[canonical]
        # Most addresses are ASCII in their only spelling.
        plain = [pk for pk, email in by_canonical.values() if _is_plain(email)]
        with transaction.atomic():
            users.filter(pk__in=plain, canonical_email=None).update(canonical_email=F("email"))
            for pk, email in by_canonical.values():
                if not _is_plain(email):
                    _respell(users, addresses, pk, email)


def _drop_outdated(beat: Callable[[], None]) -> None:
    """Drop canonical addresses of users whose address the version before has changed or erased."""
    others = User.objects.exclude(canonical_email=None).exclude(canonical_email=F("email"))
    for pk, email, canonical in others.values_list("pk", "email", "canonical_email"):
        if canonical != canonical_email(email):
            beat()
            User.objects.filter(pk=pk, email=email).update(canonical_email=None)


def _is_plain(email: str) -> bool:
    return canonical_email(email) == stored_email(email) == email


def _respell(users: QuerySet[Any], addresses: QuerySet[Any], pk: int, email: str) -> None:
    """Give a user their canonical address, and `email` in the spelling that allauth looks for.

    A user in conflict may hold that spelling: they get the one that is given up.
    """
    spelling, mine = stored_email(email), addresses.filter(user=pk)
    other = users.filter(email=spelling).exclude(pk=pk).values_list("pk", flat=True).first()
    if other:
        addresses.filter(user=other, email=spelling).delete()
        users.filter(pk=other).update(email=f"{other}@moving.invalid", canonical_email=None)
    users.filter(pk=pk).update(email=spelling, canonical_email=canonical_email(email))
    if addresses.filter(Q(user=pk) | Q(verified=True), email=spelling).exists():
        mine.filter(email=email).exclude(email=spelling).delete()
    mine.filter(email=email).update(email=spelling)
    if other:
        users.filter(pk=other).update(email=email, canonical_email=None)
